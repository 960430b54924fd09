// How many lanes share a row: a power of two to 64, the size of all workgroups.

override LANES: u32 = 64u;
