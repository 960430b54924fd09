// Gumbel-softmax of rows that their lanes hold whole: logits are read once, samples written once.
// Twin: src/cpu/gumbel_softmax.ts. LANES lanes make one draw; a workgroup of 64 makes 64 / LANES.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> row_params: array<RowParams>;

override LANES: u32 = 64u;  // a power of two to 64
override GROUPS: u32 = 8u;  // of eight classes that a lane holds, to 8
override LOG_PROBS: bool = false;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let slot = index / LANES;
  let lane = index % LANES;
  let task = (workgroup.y * workgroups.x + workgroup.x) * (64u / LANES) + slot;
  let inside = task < params.rows * params.samples;
  let row = task / params.samples;
  let drawn_row = row_draw(params.first_row + select(0u, row, inside));
  let groups = select(0u, (params.classes + 7u) / 8u, inside);
  let base = params.logits_offset + row * params.row_stride;
  let inverse = inverse_of(drawn_row.temperature);

  var held: array<Keys, 8>;
  var mine = nothing_found();
  var validity = nothing_seen();
  for (var i = 0u; i < GROUPS; i++) {
    let group = lane + i * LANES;
    held[i] = Keys();
    if (group < groups) {
      let a = load_four(base, group * 8u);
      let b = load_four(base, group * 8u + 4u);
      validity = seen(validity, a, b);
      held[i] = keys_of(a, b, group, drawn_row, task % params.samples);
      mine = better(mine, held[i], params.class_offset + group * 8u);
      if (LOG_PROBS) {
        mine = with_logits(mine, a, b, inverse);
      }
    }
  }
  mine.key = checked_key(mine.key, validity);
  var whole = gather(lane, slot, mine, drawn_row.temperature);
  let ok = is_score(whole.key);

  let relaxation = relaxation_of(drawn_row);
  let best = score_of_key(whole.key);
  var sum = 0.0;
  for (var i = 0u; i < GROUPS; i++) {
    let a = relaxed4(held[i].a, best, relaxation.inverse);
    let b = relaxed4(held[i].b, best, relaxation.inverse);
    sum += sum8(a, b);
    held[i] = Keys(bitcast<vec4<u32>>(a), bitcast<vec4<u32>>(b));
  }
  whole.relaxed = row_sum(1u, slot, lane, sum);

  // A row without a distribution has samples of 0: there `best`, and what came of it, may be NaN.
  let scale = select(0.0, 1.0 / whole.relaxed, ok);
  let samples_base = params.samples_offset + task * params.samples_stride;
  let drawn_class = select(0xffffffffu, whole.class_ - params.class_offset, ok);
  for (var i = 0u; i < GROUPS; i++) {
    let group = lane + i * LANES;
    if (group < groups) {
      let c = group * 8u;
      var a = bitcast<vec4<f32>>(held[i].a) * scale;
      var b = bitcast<vec4<f32>>(held[i].b) * scale;
      if (relaxation.one_hot) {
        a = one_hot4(c, drawn_class);
        b = one_hot4(c + 4u, drawn_class);
      }
      if (!ok) {
        a = vec4<f32>();
        b = vec4<f32>();
      }
      store_samples(samples_base, c, a);
      store_samples(samples_base, c + 4u, b);
    }
  }
  if (inside && lane == 0u) {
    if (LOG_PROBS && ok) {
      whole.logit = bitcast<f32>(load_class(base, drawn_class));
    }
    write_result(params.first_row * params.samples + task, whole, drawn_row.temperature);
  }
}
