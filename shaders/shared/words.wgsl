// Makes the words of a group of eight neighbouring classes: one Philox block has their high halves, a second their low halves.
// Where the tail is extended, a third refines the first few words. Twin: src/noise/words.ts.

import package::shared::noise::{TAIL_WORDS, exponentials_of, gumbels_of_exponentials, tail_exponentials, tail_uniforms, uniforms_of};
import package::shared::philox::{philox4x32, philox_pair};
import package::shared::row_settings::RowSettings;

override EXTENDED: bool = false;

const TAG_HIGH = 0u << 24u;
const TAG_LOW = 1u << 24u;
const TAG_TAIL = 2u << 24u;
// Added to a draw's number for the noise given an index, which must not be the noise that drew it; the tags follow as 3, 4, 5.
const TAG_GIVEN = 3u << 24u;

struct Halves {
  high: vec4<u32>,
  low: vec4<u32>,
}

// The halves of a group of the vocabulary.
fn halves_of(group: u32, row: RowSettings, draw: u32) -> Halves {
  let blocks = philox_pair(vec4<u32>(group, row.stream, row.step, draw + TAG_HIGH), draw + TAG_LOW, row.seed);
  return Halves(blocks.first, blocks.second);
}

fn word_of(halves: Halves, i: u32) -> u32 {
  let high = halves.high[i & 3u];
  let low = halves.low[i & 3u];
  return select((high << 16u) | (low & 0xffffu), (high & 0xffff0000u) | (low >> 16u), i < 4u);
}

// The word of class `class_` of the vocabulary: small rather than fast, as software adapters go through all code once even where
// no lane wants it.
fn word_at(class_: u32, row: RowSettings, draw: u32) -> u32 {
  var halves: Halves;
  for (var i = 0u; i < 2u; i++) {
    let tag = select(TAG_LOW, TAG_HIGH, i == 0u);
    let block = philox4x32(vec4<u32>(class_ / 8u, row.stream, row.step, draw + tag), row.seed);
    halves = Halves(halves.low, block);
  }
  return word_of(halves, class_ & 7u);
}

// word_of for a group's first four classes, and for its last four.
fn first_words(halves: Halves) -> vec4<u32> {
  return (halves.high & vec4<u32>(0xffff0000u)) | (halves.low >> vec4<u32>(16u));
}

fn last_words(halves: Halves) -> vec4<u32> {
  return (halves.high * 0x10000u) | (halves.low & vec4<u32>(0xffffu));
}

// The words that refine those of four classes, of which `class_` is one.
fn tails_of(class_: u32, row: RowSettings, draw: u32) -> vec4<u32> {
  return philox4x32(vec4<u32>(class_ >> 2u, row.stream, row.step, draw + TAG_TAIL), row.seed);
}

// The uniforms of four classes of the vocabulary from `first` on, a multiple of 4, whose words are `words`.
fn uniforms4(words: vec4<u32>, first: u32, row: RowSettings, draw: u32) -> vec4<f32> {
  var uniforms = uniforms_of(words);
  if (EXTENDED && any(words < vec4<u32>(TAIL_WORDS))) {
    uniforms = select(uniforms, tail_uniforms(words, tails_of(first, row, draw)), words < vec4<u32>(TAIL_WORDS));
  }
  return uniforms;
}

// Their exponential noise.
fn exponentials4(words: vec4<u32>, first: u32, row: RowSettings, draw: u32) -> vec4<f32> {
  var exponentials = exponentials_of(words);
  if (EXTENDED && any(words < vec4<u32>(TAIL_WORDS))) {
    let refined = tail_exponentials(words, tails_of(first, row, draw));
    exponentials = select(exponentials, refined, words < vec4<u32>(TAIL_WORDS));
  }
  return exponentials;
}

// Their Gumbel noise.
fn gumbels4(words: vec4<u32>, first: u32, row: RowSettings, draw: u32) -> vec4<f32> {
  return gumbels_of_exponentials(exponentials4(words, first, row, draw));
}

// The Gumbel noise of class `class_`, whose word is `word`.
fn gumbel_at(word: u32, class_: u32, row: RowSettings, draw: u32) -> f32 {
  var exponential = exponentials_of(vec4<u32>(word));
  if (EXTENDED && word < TAIL_WORDS) {
    exponential = tail_exponentials(vec4<u32>(word), vec4<u32>(tails_of(class_, row, draw)[class_ & 3u]));
  }
  return gumbels_of_exponentials(exponential).x;
}
