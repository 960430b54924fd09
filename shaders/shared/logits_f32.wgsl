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

// Without branches: SwiftShader would run both sides.
fn load_four(base: u32, c: u32) -> vec4<u32> {
  let last = params.classes - 1u;
  let places = vec4<u32>(c) + vec4<u32>(0u, 1u, 2u, 3u);
  let at = vec4<u32>(base) + min(places, vec4<u32>(last));
  let bits = vec4<u32>(logits[at.x], logits[at.y], logits[at.z], logits[at.w]);
  return select(vec4<u32>(NEGATIVE_INFINITY), bits, places <= vec4<u32>(last));
}
