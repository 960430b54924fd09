// Digests the noise of ranges of words, to compare devices by. A workgroup digests one range: two sums, in any order, of what its
// words' uniform, exponential and Gumbel bits are mixed to. The mixing is one to one in each of the three, so that a word that
// differs in one of them changes the digest. Twin, bit for bit: src/noise/digest.ts.

import package::shared::noise::{exponential_of, gumbel_of_exponential, uniform_of};

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
fn mix_bits(x: u32) -> u32 {
  var h = x;
  h = (h ^ (h >> 16u)) * 0x21f0aaadu;
  h = (h ^ (h >> 15u)) * 0xd35a2d97u;
  return h ^ (h >> 15u);
}

fn mixed_noise(word: u32) -> u32 {
  var h = mix_bits(word ^ bitcast<u32>(uniform_of(word)));
  h = mix_bits(h ^ bitcast<u32>(exponential_of(word)));
  return mix_bits(h ^ bitcast<u32>(gumbel_of_exponential(exponential_of(word))));
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let range = ranges[workgroup.x];
  var sum = vec2<u32>();
  for (var i = lane; i < range.count; i += 64u) {
    let h = mixed_noise(range.first + i * range.stride);
    sum += vec2<u32>(h, mix_bits(h));
  }
  atomicAdd(&sh_sum[0], sum.x);
  atomicAdd(&sh_sum[1], sum.y);
  workgroupBarrier();
  if (lane == 0u) {
    digests[workgroup.x] = vec2<u32>(atomicLoad(&sh_sum[0]), atomicLoad(&sh_sum[1]));
  }
}
