// The words of a group of eight neighbouring classes: one block has their high halves, a second their low halves.
// Twin: src/cpu/words.ts.

const TAG_HIGH = 0u << 24u;
const TAG_LOW = 1u << 24u;

fn word_of(high: vec4<u32>, low: vec4<u32>, i: u32) -> u32 {
  let j = i & 3u;
  return select(
    (high[j] << 16u) | (low[j] & 0xffffu),
    (high[j] & 0xffff0000u) | (low[j] >> 16u),
    i < 4u,
  );
}
