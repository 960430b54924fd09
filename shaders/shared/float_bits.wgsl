// Bits of float32 numbers. Compilers may assume that there are no infinities and no NaN. So the bits tell what is none, and make
// numbers of masked logits before any arithmetic or comparison of floats.

const POSITIVE_INFINITY = 0x7f800000u;
const NEGATIVE_INFINITY = 0xff800000u;
const NAN = 0x7fc00000u;
const MIN_NORMAL = 0x00800000u;

const LOWEST = -0x1.fffffep+127;
const LOWEST_BITS = 0xff7fffffu;

// The number of a logit, LOWEST where it is -Infinity.
fn finite(bits: u32) -> f32 {
  return bitcast<f32>(min(bits, LOWEST_BITS));
}

fn finite4(bits: vec4<u32>) -> vec4<f32> {
  return bitcast<vec4<f32>>(min(bits, vec4<u32>(LOWEST_BITS)));
}

// Classes that are masked, in rows that have a distribution.
fn masked4(bits: vec4<u32>) -> vec4<bool> {
  return bits == vec4<u32>(NEGATIVE_INFINITY);
}
