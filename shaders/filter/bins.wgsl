// Counts classes or blocks of a row by a byte.

const BINS = 256u;

var<workgroup> sh_counts: array<atomic<u32>, 256>;
