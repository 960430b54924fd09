// Whole numbers of 64 bits as two words, low first.

fn add64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let low = a.x + b.x;
  return vec2<u32>(low, a.y + b.y + select(0u, 1u, low < a.x));
}

// a - b, where a is at least b.
fn sub64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  return vec2<u32>(a.x - b.x, a.y - b.y - select(0u, 1u, a.x < b.x));
}

fn less64(a: vec2<u32>, b: vec2<u32>) -> bool {
  return a.y < b.y || (a.y == b.y && a.x < b.x);
}

// The product of two words.
fn product64(a: u32, b: u32) -> vec2<u32> {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let mid_a = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let mid_b = (a & 0xffffu) * (b >> 16u) + (mid_a & 0xffffu);
  return vec2<u32>((mid_b << 16u) | (low & 0xffffu), (a >> 16u) * (b >> 16u) + (mid_a >> 16u) + (mid_b >> 16u));
}

// a * b, where it is below 2^64.
fn times64(a: vec2<u32>, b: u32) -> vec2<u32> {
  return product64(a.x, b) + vec2<u32>(0u, a.y * b);
}

// The high half of a * b, which has 128 bits.
fn high64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let low = product64(a.x, b.x);
  // Neither sum passes 2^64: a product of words is at most 2^64 - 2^33 + 1.
  let first = add64(product64(a.y, b.x), vec2<u32>(low.y, 0u));
  let second = add64(product64(a.x, b.y), vec2<u32>(first.x, 0u));
  return add64(product64(a.y, b.y), add64(vec2<u32>(first.y, 0u), vec2<u32>(second.y, 0u)));
}

fn at_least_one(a: vec2<u32>) -> vec2<u32> {
  return select(a, vec2<u32>(1u, 0u), a.x == 0u && a.y == 0u);
}
