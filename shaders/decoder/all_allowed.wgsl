// Allows every class. Variant with the same signature: given_allowed.wgsl.

fn allowed_word(row: u32, word: u32) -> u32 {
  return 0xffffffffu;
}
