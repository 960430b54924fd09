// The gradient of Gumbel-softmax for rows that their lanes hold whole, its noise made again. Twin:
// src/cpu/gumbel_softmax_backward.ts. A task is a row, or one of params.parts shares of its draws, which a lane adds up
// where it wrote them. LANES lanes do one task; a workgroup of 64 does 64 / LANES.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> row_params: array<RowParams>;

override LANES: u32 = 64u;  // a power of two to 64
override GROUPS: u32 = 4u;  // of eight classes that a lane holds, to 4
override SCALES: bool = false;
const LOG_PROBS = false;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let slot = index / LANES;
  let lane = index % LANES;
  let task = (workgroup.y * workgroups.x + workgroup.x) * (64u / LANES) + slot;
  let inside = task < params.rows * params.parts;
  let row = select(0u, task / params.parts, inside);
  let drawn_row = row_draw(params.first_row + row);
  let base = params.logits_offset + row * params.row_stride;
  let out_base = params.samples_offset + task * params.samples_stride;
  let inverse = relaxation_of(drawn_row).inverse;
  let draws = (params.samples + params.parts - 1u) / params.parts;

  var held: array<Keys, 4>;
  var terms = vec2<f32>();
  var key = KEY_NONE;
  for (var i = 0u; i < draws; i++) {
    let draw = task % params.parts * draws + i;
    let groups = select(0u, (params.classes + 7u) / 8u, inside && draw < params.samples);
    let values_base = params.values_offset + (row * params.samples + select(0u, draw, groups > 0u)) * params.values_stride;
    var mine = nothing_weighed();
    var validity = nothing_seen();
    for (var j = 0u; j < GROUPS; j++) {
      let group = lane + j * LANES;
      let c = group * 8u;
      held[j] = Keys();
      if (group < groups) {
        let a = load_four(base, c);
        let b = load_four(base, c + 4u);
        validity = seen(validity, a, b);
        held[j] = keys_of(a, b, group, drawn_row, draw);
        let g_a = load_values(values_base, c);
        let g_b = load_values(values_base, c + 4u);
        mine = weighed(mine, held[j], g_a, g_b, params.class_offset + c, inverse);
      }
    }
    mine.scan.key = checked_key(mine.scan.key, validity);
    let whole = gather_weighed(lane, slot, mine, values_base, inverse);
    let softmax = softmax_of(whole, base, inverse);
    for (var j = 0u; j < GROUPS; j++) {
      let group = lane + j * LANES;
      if (group < groups) {
        terms += add_gradient(base, values_base, out_base, group * 8u, held[j], softmax, i == 0u);
      }
    }
    if (i == 0u) {
      key = whole.scan.key;
    }
  }
  write_backward(task, lane, slot, inside, key, terms, drawn_row);
}
