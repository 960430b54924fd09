// Holds what was drawn, in sections of config.section words: classes, statuses, log-probabilities, and whether some sequence that
// is not finished has none. The host has the same order: src/decoder/gpu.ts.

const STATUSES = 1u;
const LOG_PROBS_DRAWN = 2u;
const FLAW = 3u;

@group(0) @binding(51) var<storage, read_write> drawn: array<u32>;
