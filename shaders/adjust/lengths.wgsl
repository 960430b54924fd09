// Takes the length of each row from a caller's buffer to what the row is penalized with, clamped to the room for tokens. An invocation takes
// one row's.

import package::adjust::row_penalties::PENALTY_WORDS;
import package::shared::params::params;

override WORD: u32 = 4u; // of `RowPenalties`: 4 length, 5 prompt_length

@group(0) @binding(34) var<storage, read_write> row_penalties_out: array<u32>;
@group(0) @binding(35) var<storage, read> lengths_in: array<i32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let row = (workgroup.y * workgroups.x + workgroup.x) * 64u + index;
  if (row < params.rows) {
    let length = clamp(lengths_in[params.lengths_offset + row], 0, i32(params.token_count));
    row_penalties_out[params.penalty_offset + row * PENALTY_WORDS + WORD] = u32(length);
  }
}
