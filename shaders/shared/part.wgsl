// Says which part of which draw a workgroup has, where rows are split.

import package::shared::params::params;

struct Part {
  number: u32,
  task: u32,    // draw of this dispatch
  row: u32,     // and its row, 0 outside
  draw: u32,    // and its number
  first: u32,   // groups [first, end), none outside
  end: u32,
  inside: bool,
}

fn part_of(workgroup: u32) -> Part {
  let number = workgroup % params.parts;
  let task = workgroup / params.parts;
  let inside = task < params.rows * params.num_samples;
  let groups = (params.classes + 7u) / 8u;
  let length = (groups + params.parts - 1u) / params.parts;
  let first = min(number * length, groups);
  return Part(
    number,
    task,
    select(0u, task / params.num_samples, inside),
    task % params.num_samples + params.first_draw,
    first,
    select(first, min(first + length, groups), inside),
    inside,
  );
}
