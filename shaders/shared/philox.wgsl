// Philox4x32-10 (Salmon et al., SC 2011). Twin: src/cpu/philox.ts.
//
// WGSL has no 64-bit product, so it is put together from 16-bit partial products, which GPUs multiply at full rate.

fn philox_round(c: vec4<u32>, key: vec2<u32>) -> vec4<u32> {
  let a = c.x & 0xffffu;
  let b = c.x >> 16u;
  let p = c.z & 0xffffu;
  let q = c.z >> 16u;

  // 0xd2511f53 * c.x: the middle sum cannot carry, as 0xd251 + 0x1f53 <= 0xffff.
  let low0 = 0x1f53u * a;
  let mid0 = (low0 >> 16u) + 0x1f53u * b + 0xd251u * a;
  let high0 = 0xd251u * b + (mid0 >> 16u);

  // 0xcd9e8d57 * c.z: here it can, so it is taken in two steps.
  let low1 = 0x8d57u * p;
  let mid1 = (low1 >> 16u) + 0x8d57u * q;
  let sum1 = (mid1 & 0xffffu) + 0xcd9eu * p;
  let high1 = 0xcd9eu * q + (mid1 >> 16u) + (sum1 >> 16u);

  return vec4<u32>(
    high1 ^ c.y ^ key.x,
    (sum1 << 16u) | (low1 & 0xffffu),
    high0 ^ c.w ^ key.y,
    (mid0 << 16u) | (low0 & 0xffffu),
  );
}

fn philox4x32(counter: vec4<u32>, seed: vec2<u32>) -> vec4<u32> {
  var c = counter;
  var key = seed;
  for (var round = 0u; round < 10u; round++) {
    c = philox_round(c, key);
    key += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}
