// Holds what the parts of rows give each other from turn to turn. The host counts the bytes: src/operations/sample/plan_nucleus.ts.

import package::filter::blocks::blocks_of_row;
import package::shared::params::params;

// Of a draw the best class, of a test masses, of which the largest logit has 1.
struct Part {
  key: u32,
  remainder: f32,
  class_: u32,
  mass: f32,
  above: f32,   // of what is up to the end of few blocks
  before: f32,  // of what is before the class that won
}

@group(0) @binding(91) var<storage, read_write> nucleus_parts: array<Part>;

// Blocks of a part.
struct Span {
  first: u32,
  end: u32,
}

fn span_of(part: u32) -> Span {
  let blocks = blocks_of_row();
  let length = (blocks + params.total_parts - 1u) / params.total_parts;
  let first = min(part * length, blocks);
  return Span(first, min(first + length, blocks));
}
