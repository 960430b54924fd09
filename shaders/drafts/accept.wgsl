// Compares what was drawn at each position of drafts with them: an invocation has a sequence. What follows the first that differs has no
// index. Twin: src/drafts/judge.ts.

import package::shared::params::params;

@group(0) @binding(70) var<storage, read> draft: array<u32>;
@group(0) @binding(71) var<storage, read> drawn_indices: array<u32>;
@group(0) @binding(72) var<storage, read> drawn_statuses: array<u32>;
@group(0) @binding(73) var<storage, read_write> draft_indices: array<u32>;
@group(0) @binding(74) var<storage, read_write> accepted: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let row = (workgroup.y * workgroups.x + workgroup.x) * 64u + index;
  if (row >= params.rows) {
    return;
  }
  // Draws of a row are the positions of its draft.
  let positions = params.num_samples;
  var same = true;
  var count = 0u;
  for (var i = 0u; i < positions; i++) {
    let at = row * positions + i;
    let token = drawn_indices[at];
    let has_index = same && drawn_statuses[at] == 0u;
    let place = params.index_offset + at * params.index_words;
    draft_indices[place] = select(params.invalid_index, token, has_index);
    if (params.index_words == 2u) {
      draft_indices[place + 1u] = select(bitcast<u32>(bitcast<i32>(params.invalid_index) >> 31u), 0u, has_index);
    }
    same = has_index && i + 1u < positions && token == draft[params.rows_in_offset + row * (positions - 1u) + min(i, positions - 2u)];
    count += select(0u, 1u, same);
  }
  accepted[params.rows_out_offset + row] = count;
}
