// Functions of vectors of four, and exponentials of differences whose arithmetic stays finite.

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

// 1 / T; T = 0 has log-probabilities of its own.
fn inverse_of(temperature: f32) -> f32 {
  return 1.0 / select(temperature, 1.0, temperature == 0.0);
}

// What differences are divided by. They are taken in halves, so that none overflows, and bounded before they are divided.
struct Rate {
  twice_inverse: f32,  // 2 / T
  lowest: f32,         // half a difference below which exp(difference / T) is 0
  widest: f32,         // half a difference beyond which difference / T may overflow
}

// Of T tau, each 1 where it is 0. tau is 1 for log-probabilities.
fn rate_of(temperature: f32, tau: f32) -> Rate {
  let t = select(temperature, 1.0, temperature == 0.0) * select(tau, 1.0, tau == 0.0);
  return Rate(2.0 * inverse_of(temperature) * inverse_of(tau), -52.0 * t, 0x1.fffffp+126 * min(t, 2.0));
}

// (x - top) / T for x up to `top`, and at least -104, where exp is 0.
fn exponents4(x: vec4<f32>, top: f32, rate: Rate) -> vec4<f32> {
  return max(x * 0.5 - top * 0.5, vec4<f32>(rate.lowest)) * rate.twice_inverse;
}

// exp((x - top) / T) for x up to `top`.
fn decay4(x: vec4<f32>, top: f32, rate: Rate) -> vec4<f32> {
  return exp(exponents4(x, top, rate));
}

fn decay(x: f32, top: f32, rate: Rate) -> f32 {
  return exp(max(x * 0.5 - top * 0.5, rate.lowest) * rate.twice_inverse);
}

// (x - top) / T, bounded by what is finite.
fn quotients4(x: vec4<f32>, top: f32, rate: Rate) -> vec4<f32> {
  return clamp(x * 0.5 - top * 0.5, vec4<f32>(-rate.widest), vec4<f32>(rate.widest)) * rate.twice_inverse;
}
