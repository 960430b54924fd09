// Weighs classes by whole numbers, whose sums decide alike on every device. The mass of a logit l is floor(2^40 exp((l - largest) / T)),
// 0 where l is more than 28 T below the largest. Twin, operation by operation: src/operations/sample/mass.ts.

import package::shared::noise::opaque;
import package::shared::params::params;
import package::shared::u64::{add64, product64};

struct MassScale {
  largest: f32,
  rate: f32,  // log2(e) / T, of 24 bits, rounded down
  line: f32,  // logits below weigh 0
}

const LOG2E = 0xb8aa3b29u; // log2(e) 2^31

fn opaque1(x: f32) -> f32 {
  return opaque(vec4<f32>(x), params.zero).x;
}

// log2(e) / T for T > 0, rounded down to 24 bits: by integers, as devices divide differently.
fn strict_rate(temperature: f32) -> f32 {
  let bits = bitcast<u32>(temperature);
  let mantissa = (bits & 0x7fffffu) | 0x800000u;
  // 16 more binary digits than the quotient of the words.
  var quotient = LOG2E / mantissa;
  var rest = LOG2E % mantissa;
  for (var i = 0u; i < 16u; i++) {
    let digit = select(0u, 1u, 2u * rest >= mantissa);
    rest = 2u * rest - select(0u, mantissa, digit == 1u);
    quotient = 2u * quotient + digit;
  }
  let wide = select(0u, 1u, quotient >= 0x1000000u);
  return bitcast<f32>(((253u + wide - (bits >> 23u)) << 23u) | ((quotient >> wide) & 0x7fffffu));
}

// T > 0; `largest` is a number and no subnormal one.
fn mass_scale_of(largest: f32, temperature: f32) -> MassScale {
  return MassScale(largest, strict_rate(temperature), opaque1(largest - opaque1(28.0 * temperature)));
}

// The masses of four logits that are numbers and no subnormal ones, or -Infinity as LOWEST: low words, and high ones.
struct Masses {
  low: vec4<u32>,
  high: vec4<u32>,
}

fn masses_of(logits: vec4<f32>, scale: MassScale) -> Masses {
  let zero = params.zero;
  // Logits below the line might overflow.
  let near = max(logits, vec4<f32>(scale.line));
  let y = opaque(opaque(near - scale.largest, zero) * scale.rate, zero);
  let whole = opaque(opaque(y + 12582912.0, zero) - 12582912.0, zero);
  let x = opaque(y - whole, zero);
  var q = opaque(opaque(0.00015353362 * x, zero) + 0.0013398875, zero);
  q = opaque(opaque(q * x, zero) + 0.00961843692, zero);
  q = opaque(opaque(q * x, zero) + 0.05550332367, zero);
  q = opaque(opaque(q * x, zero) + 0.24022647738, zero);
  q = opaque(opaque(q * x, zero) + 0.69314718246, zero);
  let power = bitcast<vec4<u32>>(opaque(1.0 + opaque(x * q, zero), zero));
  let mantissa = (power & vec4<u32>(0x7fffffu)) | vec4<u32>(0x800000u);
  // The mass is mantissa * 2^shift; shifts are from -25 to 17.
  let shift = vec4<i32>(whole) + bitcast<vec4<i32>>(power >> vec4<u32>(23u)) - 110;
  let left = vec4<u32>(max(shift, vec4<i32>()));
  let right = vec4<u32>(max(-shift, vec4<i32>()));
  let kept = select(vec4<u32>(), mantissa, logits >= vec4<f32>(scale.line));
  return Masses((kept << left) >> right, (kept >> vec4<u32>(15u)) >> (vec4<u32>(17u) - min(left, vec4<u32>(17u))));
}

fn mass_of(logit: f32, scale: MassScale) -> vec2<u32> {
  let masses = masses_of(vec4<f32>(logit), scale);
  return vec2<u32>(masses.low.x, masses.high.x);
}

// The smallest whole number that is at least p times the sum, p from 0 to 1: the mass before a class is below p times the sum just where
// it is below this.
fn share_of(p: f32, sum: vec2<u32>) -> vec2<u32> {
  let bits = bitcast<u32>(p);
  if (bits < 0x800000u) {
    return vec2<u32>();
  }
  // p is mantissa 2^-shift, and shift at least 23.
  let mantissa = (bits & 0x7fffffu) | 0x800000u;
  let shift = 150u - (bits >> 23u);
  let low = product64(mantissa, sum.x);
  let high = add64(product64(mantissa, sum.y), vec2<u32>(low.y, 0u));
  // Three words, below 2^88.
  var words = vec3<u32>(low.x, high.x, high.y);
  var lost = 0u;
  for (var i = 0u; i < min(shift, 96u); i++) {
    lost |= words.x & 1u;
    words = vec3<u32>((words.x >> 1u) | (words.y << 31u), (words.y >> 1u) | (words.z << 31u), words.z >> 1u);
  }
  return add64(words.xy, vec2<u32>(lost, 0u));
}
