// Holds what a decoder is made with. The host writes it: src/decoder/gpu.ts.

struct Config {
  max_tokens: u32,
  token_stride: u32,
  pad_token: u32,
  index_words: u32,   // 1 for int32 indices, 2 for int64
  min_tokens: u32,
  first_step: u32,
  section: u32,       // words of a section of `drawn`
  stop_count: u32,
  stops: array<u32>,
}

@group(0) @binding(50) var<storage, read> config: Config;
