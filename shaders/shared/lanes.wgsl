// Says how many lanes share a row, a power of two to 64, and how many lanes a workgroup has: as many or more, a power of two to 64.
// Where rows are split it has 64.

override LANES: u32 = 64u;
override WORKGROUP: u32 = 64u;
