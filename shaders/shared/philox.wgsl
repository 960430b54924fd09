// Philox4x32-10 (Salmon et al., SC 2011). Twin: src/noise/philox.ts.
//
// WGSL has no 64-bit product, so it is put together from 16-bit partial products, which GPUs multiply at full rate. A product
// with 2^16 stands for a shift, which SwiftShader makes one lane at a time.

const WEYL = vec2<u32>(0x9e3779b9u, 0xbb67ae85u);

// 0xd2511f53 * x, its high word and its low one: the middle sum cannot carry, as 0xd251 + 0x1f53 <= 0xffff.
fn product_x(x: u32) -> vec2<u32> {
  let a = x & 0xffffu;
  let b = x >> 16u;
  let low = 0x1f53u * a;
  let mid = (low >> 16u) + 0x1f53u * b + 0xd251u * a;
  return vec2<u32>(0xd251u * b + (mid >> 16u), (mid * 0x10000u) | (low & 0xffffu));
}

// 0xcd9e8d57 * z: here it can, so it is taken in two steps.
fn product_z(z: u32) -> vec2<u32> {
  let a = z & 0xffffu;
  let b = z >> 16u;
  let low = 0x8d57u * a;
  let mid = (low >> 16u) + 0x8d57u * b;
  let sum = (mid & 0xffffu) + 0xcd9eu * a;
  return vec2<u32>(0xcd9eu * b + (mid >> 16u) + (sum >> 16u), (sum * 0x10000u) | (low & 0xffffu));
}

fn mixed(c: vec4<u32>, x: vec2<u32>, z: vec2<u32>, key: vec2<u32>) -> vec4<u32> {
  return vec4<u32>(z.x ^ c.y ^ key.x, z.y, x.x ^ c.w ^ key.y, x.y);
}

fn philox_round(c: vec4<u32>, key: vec2<u32>) -> vec4<u32> {
  return mixed(c, product_x(c.x), product_z(c.z), key);
}

fn philox4x32(counter: vec4<u32>, seed: vec2<u32>) -> vec4<u32> {
  var c = counter;
  var key = seed;
  for (var round = 0u; round < 10u; round++) {
    c = philox_round(c, key);
    key += WEYL;
  }
  return c;
}

struct Blocks {
  first: vec4<u32>,
  second: vec4<u32>,
}

// The block of a counter, and of the same with `w` in its last place: side by side, as each round waits for the one before it.
// What differs is z after the first round, x after the second: they share two products, then one, then one.
fn philox_pair(counter: vec4<u32>, w: u32, seed: vec2<u32>) -> Blocks {
  var key = seed;
  var first = philox_round(counter, key);
  var second = first ^ vec4<u32>(0u, 0u, counter.w ^ w, 0u);
  key += WEYL;
  let x = product_x(first.x);
  first = mixed(first, x, product_z(first.z), key);
  second = mixed(second, x, product_z(second.z), key);
  key += WEYL;
  let z = product_z(first.z);
  first = mixed(first, product_x(first.x), z, key);
  second = mixed(second, product_x(second.x), z, key);
  for (var round = 3u; round < 10u; round++) {
    key += WEYL;
    first = philox_round(first, key);
    second = philox_round(second, key);
  }
  return Blocks(first, second);
}
