// Reads float32 logits four at a time: rows begin and end at multiples of four elements. Expects: params.
// Bits, not floats, so that NaN and infinities are told apart before any arithmetic.

@group(0) @binding(1) var<storage, read> logits: array<vec4<u32>>;

// Bits of class c of the row at `base`, -inf past the last class.
fn load_class(base: u32, c: u32) -> u32 {
  if (c >= params.classes) {
    return NEGATIVE_INFINITY;
  }
  return logits[(base + c) / 4u][c & 3u];
}

// Without branches: SwiftShader would run both sides.
fn load_four(base: u32, c: u32) -> vec4<u32> {
  let inside = c < params.classes;
  return select(vec4<u32>(NEGATIVE_INFINITY), logits[select(base, base + c, inside) / 4u], inside);
}
