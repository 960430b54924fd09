// Holds the key of each block's largest logit, or why its row has no distribution.

@group(0) @binding(30) var<storage, read_write> tops: array<u32>;
