// Brings the parts of long rows together, a workgroup a draw. Twin: src/cpu/sample.ts.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> partials: array<Scan>;
@group(0) @binding(2) var<storage, read> row_params: array<RowParams>;

const LANES = 64u;
override LOG_PROBS: bool = false;

var<workgroup> sh_logit: f32;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let task = workgroup.y * workgroups.x + workgroup.x;
  let inside = task < params.rows * params.samples;
  let drawn_row = row_draw(params.first_row + select(0u, task / params.samples, inside));
  let temperature = drawn_row.temperature;
  let inverse = inverse_of(temperature);
  var mine = Scan(KEY_NONE, 0u, 0.0, LOWEST, 0.0);
  let end = select(0u, params.total_parts, inside);
  for (var part = lane; part < end; part += LANES) {
    let found = partials[task * params.total_parts + part];
    // Parts lie in ascending order of class, so an equal key is a higher class.
    if (found.key > mine.key) {
      mine.key = found.key;
      mine.class_ = found.class_;
      mine.logit = found.logit;
    }
    if (LOG_PROBS) {
      let m = max(mine.max_logit, found.max_logit);
      mine.sum = mine.sum * decay(mine.max_logit - m, inverse) + found.sum * decay(found.max_logit - m, inverse);
      mine.max_logit = m;
    }
  }
  var whole = gather(lane, 0u, mine, temperature);
  if (LOG_PROBS) {
    if (is_score(mine.key) && mine.key == whole.key && mine.class_ == whole.class_) {
      sh_logit = mine.logit;
    }
    workgroupBarrier();
    whole.logit = sh_logit;
  }
  if (inside && lane == 0u) {
    write_result(params.first_row * params.samples + task, whole, temperature);
  }
}
