// Holds the columns of kept classes, in their order, of rows that keep few: MOST_LISTED a row.

@group(0) @binding(32) var<storage, read_write> listed: array<u32>;
