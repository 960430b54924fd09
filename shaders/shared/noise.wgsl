// Turns words into noise by strict arithmetic, four side by side: the same bits on every device. Twin, operation by operation: src/noise/transform.ts.
//
// A word k stands for u = (k + 1/2) / 2^32; E = -log1p(-u) is exponential, g = -log E is Gumbel, small k give large g.
// Only + - * on f32, integer operations and bitcasts are used, and integers of at most 24 significant bits where they are converted.
// `opaque` stands between any two operations that a compiler could fuse or reassociate; products with powers of two, and of
// small integers with LN2_HIGH, are exact, so that fusing them changes nothing.

import package::shared::params::params;

const SQRT_HALF_BITS = 0x3f3504f3u;
const LN2_HIGH = 0.693145751953125;
const LN2_LOW = 1.428606765330187e-6;
const TWO_NEG_32 = 0x1p-32;
const TWO_NEG_33 = 0x1p-33;
const TAIL_WORDS = 256u;
// The last word whose 1 - u, rounded, is at least sqrt 1/2: u itself, which has more digits, is then what negative_log takes.
const LAST_SMALL = 0x4afb0d7fu;
const BELOW_ONE = 0x1.fffffep-1;

// `zero` is params.zero, read once by its users: SwiftShader would read it again for each.
fn opaque(x: vec4<f32>, zero: u32) -> vec4<f32> {
  return bitcast<vec4<f32>>(bitcast<vec4<u32>>(x) ^ vec4<u32>(zero));
}

// (word + 1/2) / 2^32, rounded once.
fn half_open(words: vec4<u32>) -> vec4<f32> {
  let low = (words & vec4<u32>(0xffffu)) * 2u + 1u;
  return vec4<f32>(words & vec4<u32>(0xffff0000u)) * TWO_NEG_32 + vec4<f32>(low) * TWO_NEG_33;
}

// -log(2^e (1 - v)), exponent = 2^23 e, v in [1 - sqrt 2, 1 - sqrt 1/2], as v + v^2 R(v) with the minimax R of src/noise/transform.ts.
fn negative_log(exponent: vec4<f32>, v: vec4<f32>) -> vec4<f32> {
  let zero = params.zero;
  var r = opaque(0.08980342705542604 * v, zero) + 0.14426385710228776;
  r = opaque(r * v, zero) + 0.14883193470399664;
  r = opaque(r * v, zero) + 0.16551856024608036;
  r = opaque(r * v, zero) + 0.1996353346331713;
  r = opaque(r * v, zero) + 0.2500258036194688;
  r = opaque(r * v, zero) + 0.3333393157358493;
  r = opaque(r * v, zero) + 0.499999831655453;
  let mantissa = opaque(v + opaque(opaque(v * v, zero) * r, zero), zero);
  return opaque(mantissa - opaque(exponent * (LN2_LOW * 0x1p-23), zero), zero) - exponent * (LN2_HIGH * 0x1p-23);
}

// x > 0 as 2^e * mantissa, mantissa in [sqrt 1/2, sqrt 2).
struct Scaled {
  exponent: vec4<f32>, // 2^23 e, which takes no shift: SwiftShader makes those one lane at a time
  mantissa: vec4<f32>,
}

fn scaled(x: vec4<f32>) -> Scaled {
  let shifted = bitcast<vec4<u32>>(x) - SQRT_HALF_BITS;
  return Scaled(
    vec4<f32>(bitcast<vec4<i32>>(shifted & vec4<u32>(0xff800000u))),
    bitcast<vec4<f32>>((shifted & vec4<u32>(0x7fffffu)) + SQRT_HALF_BITS),
  );
}

// Uniform in (0, 1).
fn uniforms_of(words: vec4<u32>) -> vec4<f32> {
  return min(half_open(words), vec4<f32>(BELOW_ONE));
}

// Standard exponential, in [1.16e-10, 22.88].
fn exponentials_of(words: vec4<u32>) -> vec4<f32> {
  let small = words <= vec4<u32>(LAST_SMALL);
  let x = half_open(select(~words, words, small));
  let w = scaled(x);
  return negative_log(select(w.exponent, vec4<f32>(), small), select(1.0 - w.mantissa, x, small));
}

// u of 64 bits, for words below TAIL_WORDS: (word + (tail + 1/2) / 2^32) / 2^32, in [2^-65, 2^-24].
fn tail_uniforms(words: vec4<u32>, tails: vec4<u32>) -> vec4<f32> {
  return opaque(vec4<f32>(words) + opaque(half_open(tails), params.zero), params.zero) * TWO_NEG_32;
}

// The exponential of the same, where words below TAIL_WORDS are refined: down to 2^-65.
fn tail_exponentials(words: vec4<u32>, tails: vec4<u32>) -> vec4<f32> {
  return negative_log(vec4<f32>(), tail_uniforms(words, tails));
}

// Standard Gumbel of an exponential: in [-3.14, 22.88], or to 45.06 with the tail.
fn gumbels_of_exponentials(exponentials: vec4<f32>) -> vec4<f32> {
  let e = scaled(exponentials);
  return negative_log(e.exponent, 1.0 - e.mantissa);
}
