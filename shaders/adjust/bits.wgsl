// Rows of bits: bit c % 32 of word c / 32 is of class c.

// Bits of four classes, from a multiple of 4 on or one and the same, of the word that has them.
fn bits_of(word: u32, places: vec4<u32>) -> vec4<bool> {
  let first = vec4<u32>(places.x);
  return (vec4<u32>(word >> (places.x & 31u)) & (vec4<u32>(1u) << (places - first))) != vec4<u32>();
}
