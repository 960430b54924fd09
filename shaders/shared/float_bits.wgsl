// Bits of float32 numbers: what is no number is told by them, before any arithmetic.

const POSITIVE_INFINITY = 0x7f800000u;
const NEGATIVE_INFINITY = 0xff800000u;
const NAN = 0x7fc00000u;
const MIN_NORMAL = 0x00800000u;
