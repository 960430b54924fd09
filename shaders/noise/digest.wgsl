// Digests the noise of ranges of words, to compare devices by. LANES lanes digest one range: two sums, in any order, of what its
// words' uniform, exponential and Gumbel bits are mixed to. The mixing is one to one in each of the three, so that a word that
// differs in one of them changes the digest. Twin, bit for bit: src/noise/digest.ts.

import package::noise::sum_of_workgroup::sum_of_lanes;
import package::shared::lanes::{LANES, WORKGROUP};
import package::shared::noise::{exponentials_of, gumbels_of_exponentials, uniforms_of};

// In step with NoiseRange in src/noise/ranges.ts: the words first + i * stride for i < count, modulo 2^32.
struct NoiseRange {
  first: u32,
  stride: u32,
  count: u32,
}

@group(0) @binding(16) var<storage, read> ranges: array<NoiseRange>;
@group(0) @binding(17) var<storage, read_write> digests: array<vec2<u32>>;

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

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) index: u32) {
  let place = (workgroup.x * WORKGROUP + index) / LANES;
  let lane = index % LANES;
  let inside = place < arrayLength(&ranges);
  let range = ranges[select(0u, place, inside)];
  let count = select(0u, range.count, inside);
  var sum = vec2<u32>();
  for (var i = 4u * lane; i < count; i += 4u * LANES) {
    let places = vec4<u32>(i) + vec4<u32>(0u, 1u, 2u, 3u);
    let h = mixed_noise(range.first + places * range.stride);
    let within = places < vec4<u32>(count);
    let first = select(vec4<u32>(), h, within);
    let second = select(vec4<u32>(), mix_bits(h), within);
    sum += vec2<u32>(first.x + first.y + first.z + first.w, second.x + second.y + second.z + second.w);
  }
  sum = sum_of_lanes(sum);
  if (inside && lane == 0u) {
    digests[place] = sum;
  }
}
