// Where it is noted what took classes: a row has a word for each of the `parts` invocations of adjust.wgsl, and one for penalize.wgsl.

import package::shared::params::params;

// Of a part: whether the bias took any in the highest bit, and how many the bitmask took beneath. Of penalties: whether they took any, and
// how many of those the bitmask is said to have taken.
@group(0) @binding(29) var<storage, read_write> taken: array<atomic<u32>>;

const TOOK = 0x80000000u;

fn first_word(row: u32) -> u32 {
  return params.taken_offset + row * (params.parts + 1u);
}
