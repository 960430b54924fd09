// Counts the tokens of each class of a row. Counts are 0 between calls: whoever takes one leaves 0, and both are in one submit.

import package::shared::params::params;

@group(0) @binding(28) var<storage, read_write> counts: array<atomic<u32>>;

const IN_PROMPT = 0x80000000u;

fn add_token(row: u32, c: u32, in_prompt: bool) {
  let at = row * params.classes + c;
  if (in_prompt) {
    atomicOr(&counts[at], IN_PROMPT);
  } else {
    atomicAdd(&counts[at], 1u);
  }
}

// The tokens of a class in the output, with IN_PROMPT where the prompt has one; 0 for all but the first that asks.
fn taken_count(row: u32, c: u32) -> u32 {
  return atomicExchange(&counts[row * params.classes + c], 0u);
}
