// Reads float32 logits one by one: rows may begin anywhere. Expects: params.
// Bits, not floats, so that NaN and infinities are told apart before any arithmetic.

@group(0) @binding(1) var<storage, read> logits: array<u32>;

// Bits of class c of the row at `base`, -inf past the last class.
fn load_class(base: u32, c: u32) -> u32 {
  if (c >= params.classes) {
    return NEGATIVE_INFINITY;
  }
  return logits[base + c];
}

fn load_four(base: u32, c: u32) -> vec4<u32> {
  if (c + 4u <= params.classes) {
    let at = base + c;
    return vec4<u32>(logits[at], logits[at + 1u], logits[at + 2u], logits[at + 3u]);
  }
  return vec4<u32>(load_class(base, c), load_class(base, c + 1u), load_class(base, c + 2u), load_class(base, c + 3u));
}
