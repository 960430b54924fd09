// Writes the logits of penalized classes, and marks them: see penalized.wgsl.

import package::shared::params::params;

@group(0) @binding(36) var<storage, read_write> penalized_out: array<atomic<u32>>;

fn mark_words() -> u32 {
  return (params.classes + 31u) / 32u;
}

fn first_mark(row: u32) -> u32 {
  return params.penalized_offset + row * params.penalized_stride + params.classes;
}

fn clear_marks(row: u32, word: u32) {
  atomicStore(&penalized_out[first_mark(row) + word], 0u);
}

fn store_penalized(row: u32, c: u32, logit: u32) {
  let marks = first_mark(row);
  atomicStore(&penalized_out[marks - params.classes + c], logit);
  atomicOr(&penalized_out[marks + c / 32u], 1u << (c & 31u));
}
