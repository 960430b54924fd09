// Sums and products of float32, rounded once, as their bits: devices may assume that there are no infinities, so that these are told
// apart before and after the arithmetic. Subnormal numbers, which devices may flush, count as 0, and no result is -0.
// Twin: src/adjust/compute.ts.

import package::shared::float_bits::{MIN_NORMAL, NAN, NEGATIVE_INFINITY, POSITIVE_INFINITY};
import package::shared::noise::opaque;
import package::shared::params::params;

const SIZE = 0x7fffffffu;
const SIGN = 0x80000000u;
const TWO_TO_127 = 0x7f000000u;
const BITS_OF_ONE = 0x3f800000u;

// A logit that makes its row invalid, whatever is done to it afterwards: NaN or +Infinity.
fn invalid4(bits: vec4<u32>) -> vec4<bool> {
  return ((bits & vec4<u32>(SIZE)) >= vec4<u32>(POSITIVE_INFINITY)) & (bits != vec4<u32>(NEGATIVE_INFINITY));
}

// The numbers that are normal, 0 in place of others.
fn normal4(bits: vec4<u32>) -> vec4<f32> {
  let normal = (bits & vec4<u32>(SIZE)) - MIN_NORMAL < vec4<u32>(POSITIVE_INFINITY - MIN_NORMAL);
  return bitcast<vec4<f32>>(select(vec4<u32>(), bits, normal));
}

// Bits of a result, and of an infinity with the sign of `scaled` where it overflows.
fn result4(x: vec4<f32>, scaled: vec4<u32>, overflow: vec4<bool>) -> vec4<u32> {
  let bits = bitcast<vec4<u32>>(x);
  let number = select(vec4<u32>(), bits, (bits & vec4<u32>(SIZE)) >= vec4<u32>(MIN_NORMAL));
  return select(number, (scaled & vec4<u32>(SIGN)) | vec4<u32>(POSITIVE_INFINITY), overflow);
}

// Of any numbers, infinities and NaN.
fn sums4(a: vec4<u32>, b: vec4<u32>) -> vec4<u32> {
  let x = normal4(a);
  let y = normal4(b);
  // Halves are as the sum is but for their exponent, and do not overflow.
  let half = bitcast<vec4<u32>>(opaque(x * 0.5 + y * 0.5, params.zero));
  let sum = result4(opaque(x + y, params.zero), half, (half & vec4<u32>(SIZE)) >= vec4<u32>(TWO_TO_127));
  let a_infinite = (a & vec4<u32>(SIZE)) >= vec4<u32>(POSITIVE_INFINITY);
  let b_infinite = (b & vec4<u32>(SIZE)) >= vec4<u32>(POSITIVE_INFINITY);
  let nan = ((a & vec4<u32>(SIZE)) > vec4<u32>(POSITIVE_INFINITY)) | ((b & vec4<u32>(SIZE)) > vec4<u32>(POSITIVE_INFINITY))
    | (a_infinite & b_infinite & (a != b));
  return select(select(select(sum, b, b_infinite), a, a_infinite), vec4<u32>(NAN), nan);
}

// Of numbers or infinities `a` with numbers `b`, which are above 0 where `a` is infinite.
fn products4(a: vec4<u32>, b: vec4<f32>) -> vec4<u32> {
  let x = normal4(a);
  // 2^-128 of the product, whose factors are normal wherever the product is large.
  let factors = opaque(x * 0x1p-64, params.zero) * opaque(b * 0x1p-64, params.zero);
  let scaled = bitcast<vec4<u32>>(opaque(factors, params.zero));
  let product = result4(opaque(x * b, params.zero), scaled, (scaled & vec4<u32>(SIZE)) >= vec4<u32>(BITS_OF_ONE));
  return select(product, a, (a & vec4<u32>(SIZE)) >= vec4<u32>(POSITIVE_INFINITY));
}
