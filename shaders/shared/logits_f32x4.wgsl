// Reads float32 logits four at a time: every row begins at a multiple of four elements. Expects: params.
// Bits, not floats, so that NaN and infinities are told apart before any arithmetic.

@group(0) @binding(1) var<storage, read> logits: array<vec4<u32>>;

// Bits of class c of the row at `base`, -inf past the last class.
fn load_class(base: u32, c: u32) -> u32 {
  if (c >= params.classes) {
    return NEGATIVE_INFINITY;
  }
  return logits[(base + c) / 4u][c & 3u];
}

fn load_four(base: u32, c: u32) -> vec4<u32> {
  if (c + 4u <= params.classes) {
    return logits[(base + c) / 4u];
  }
  return vec4<u32>(load_class(base, c), load_class(base, c + 1u), load_class(base, c + 2u), load_class(base, c + 3u));
}
