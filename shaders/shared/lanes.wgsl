// Says how many lanes share a row: a power of two to 64, which is the size of all workgroups.

override LANES: u32 = 64u;
