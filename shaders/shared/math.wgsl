// Vectors of four, and exponentials that do not underflow into what devices may flush.

fn max4(v: vec4<f32>) -> f32 {
  return max(max(v.x, v.y), max(v.z, v.w));
}

fn mask4(v: vec4<bool>) -> u32 {
  let bits = select(vec4<u32>(), vec4<u32>(1u, 2u, 4u, 8u), v);
  return bits.x | bits.y | bits.z | bits.w;
}

// The place of the first that holds, 8 where none does.
fn first4(v: vec4<bool>) -> u32 {
  let places = select(vec4<u32>(8u), vec4<u32>(0u, 1u, 2u, 3u), v);
  return min(min(places.x, places.y), min(places.z, places.w));
}

fn sum8(a: vec4<f32>, b: vec4<f32>) -> f32 {
  let sums = a + b;
  return (sums.x + sums.y) + (sums.z + sums.w);
}

// exp(difference * inverse) for differences up to 0, and 0 where that underflows.
fn decay4(difference: vec4<f32>, inverse: f32) -> vec4<f32> {
  return exp(max(difference * inverse, vec4<f32>(-104.0)));
}

fn decay(difference: f32, inverse: f32) -> f32 {
  return exp(max(difference * inverse, -104.0));
}

// 1 / T; T = 0 has log-probabilities of its own.
fn inverse_of(temperature: f32) -> f32 {
  return 1.0 / select(temperature, 1.0, temperature == 0.0);
}
