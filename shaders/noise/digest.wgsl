// Digests the noise of ranges of words, to compare devices by. A workgroup digests one range: two sums, in any order, of what its
// words' uniform, exponential and Gumbel bits are mixed to. The mixing is one to one in each of the three, so that a word that
// differs in one of them changes the digest. Twin, bit for bit: src/noise/digest.ts.

import package::shared::noise::{exponentials_of, gumbels_of_exponentials, uniforms_of};

// In step with NoiseRange in src/noise/ranges.ts: the words first + i * stride for i < count, modulo 2^32.
struct NoiseRange {
  first: u32,
  stride: u32,
  count: u32,
}

@group(0) @binding(16) var<storage, read> ranges: array<NoiseRange>;
@group(0) @binding(17) var<storage, read_write> digests: array<vec2<u32>>;

var<workgroup> sh_sum: array<atomic<u32>, 2>;

// One to one, and every bit of x reaches every bit of the result (lowbias32, with the constants of TheIronBorn).
fn mix_bits(x: vec4<u32>) -> vec4<u32> {
  var h = x;
  h = (h ^ (h >> vec4<u32>(16u))) * 0x21f0aaadu;
  h = (h ^ (h >> vec4<u32>(15u))) * 0xd35a2d97u;
  return h ^ (h >> vec4<u32>(15u));
}

fn mixed_noise(words: vec4<u32>) -> vec4<u32> {
  let exponentials = exponentials_of(words);
  let h = mix_bits(words ^ bitcast<vec4<u32>>(uniforms_of(words)));
  return mix_bits(mix_bits(h ^ bitcast<vec4<u32>>(exponentials)) ^ bitcast<vec4<u32>>(gumbels_of_exponentials(exponentials)));
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let range = ranges[workgroup.x];
  var sum = vec2<u32>();
  for (var i = 4u * lane; i < range.count; i += 256u) {
    let places = vec4<u32>(i) + vec4<u32>(0u, 1u, 2u, 3u);
    let h = mixed_noise(range.first + places * range.stride);
    let inside = places < vec4<u32>(range.count);
    let first = select(vec4<u32>(), h, inside);
    let second = select(vec4<u32>(), mix_bits(h), inside);
    sum += vec2<u32>(first.x + first.y + first.z + first.w, second.x + second.y + second.z + second.w);
  }
  atomicAdd(&sh_sum[0], sum.x);
  atomicAdd(&sh_sum[1], sum.y);
  workgroupBarrier();
  if (lane == 0u) {
    digests[workgroup.x] = vec2<u32>(atomicLoad(&sh_sum[0]), atomicLoad(&sh_sum[1]));
  }
}
