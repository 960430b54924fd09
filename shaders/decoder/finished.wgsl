// Says of each sequence why it is finished, in step with src/decoder/gpu.ts.

const GOES_ON = 0u;
const STOPPED = 1u;
const FULL = 2u;
const FLAWED = 16u; // and the status

@group(0) @binding(52) var<storage, read_write> finished: array<u32>;
