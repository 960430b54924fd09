// Notes what took classes from a row, so that a row with none left can say which was the last. Variant with the same signatures: no_taken.wgsl.

import package::adjust::taken_words::{TOOK, first_word, taken};
import package::shared::float_bits::{NEGATIVE_INFINITY, masked4};
import package::shared::math::mask4;
import package::shared::params::params;

struct Taken {
  word: u32,
}

fn nothing_taken() -> Taken {
  return Taken(0u);
}

// With four more classes: as they were given, with their bias, and where the bitmask allows them.
fn with_taken(before: Taken, logits: vec4<u32>, sums: vec4<u32>, left: vec4<u32>) -> Taken {
  let by_bias = select(0u, TOOK, any(masked4(sums) & !masked4(logits)));
  return Taken((before.word | by_bias) + countOneBits(mask4(masked4(left) & !masked4(sums))));
}

fn store_taken(row: u32, part: u32, all: Taken) {
  let first = first_word(row);
  atomicStore(&taken[first + part], all.word);
  if (part == 0u) {
    atomicStore(&taken[first + params.parts], 0u);
  }
}

// A class before and after its penalties, and where the bitmask allows what it was.
fn note_penalized(row: u32, before: u32, after: u32, left: u32) {
  if (before != NEGATIVE_INFINITY && after == NEGATIVE_INFINITY) {
    let word = first_word(row) + params.parts;
    atomicOr(&taken[word], TOOK);
    if (left == NEGATIVE_INFINITY) {
      atomicAdd(&taken[word], 1u);
    }
  }
}
