// The log density of relaxed samples, less what only depends on the number of classes left: a workgroup a sample.
// Twin: src/cpu/concrete_log_prob.ts.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> row_params: array<RowParams>;
@group(0) @binding(3) var<storage, read_write> densities: array<Density>;

// In step with src/webgpu/concrete_log_prob.ts.
struct Density {
  log_prob: u32,  // bits of sum(a - log y) - K log sum(exp a), a = l / T - tau log y; a status where K is 0
  classes: u32,   // K, those not masked
}

const LANES = 64u;
const LOG_PROBS = false;
const MIN_NORMAL = 0x00800000u;
const NAN = 0x7fc00000u;
// How far off 1 a sample's sum may be; in step with the twin.
const SUM_TOLERANCE = 1e-3;

// Largest first: what is wrong with a sample.
const SAMPLE_NAN = 2u;
const SAMPLE_OUTSIDE = 1u;

var<workgroup> sh_classes: atomic<u32>;
var<workgroup> sh_key: atomic<u32>;    // of the largest logit
var<workgroup> sh_wrong: atomic<u32>;
var<workgroup> sh_best: atomic<u32>;   // the key of the largest exponent

// Outside the open simplex of the classes left: not above 0 and normal there, or not 0 elsewhere.
fn wrong_of(value: f32, masked: bool) -> u32 {
  let bits = bitcast<u32>(value);
  if ((bits & 0x7fffffffu) > POSITIVE_INFINITY) {
    return SAMPLE_NAN;
  }
  let inside = select(bits >= MIN_NORMAL && bits < POSITIVE_INFINITY, (bits << 1u) == 0u, masked);
  return select(SAMPLE_OUTSIDE, 0u, inside);
}

// a, for logits that count from `top`; the lowest number for masked classes.
fn exponents4(logits: vec4<u32>, values: vec4<f32>, top: f32, inverse: f32, tau: f32) -> vec4<f32> {
  let scaled_logits = max(bitcast<vec4<f32>>(logits) - top, vec4<f32>(LOWEST)) * inverse;
  let exponents = max(scaled_logits - tau * log(values), vec4<f32>(LOWEST));
  return select(exponents, vec4<f32>(LOWEST), (logits & vec4<u32>(0x7fffffffu)) >= vec4<u32>(POSITIVE_INFINITY));
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let task = workgroup.y * workgroups.x + workgroup.x;
  let inside = task < params.rows * params.samples;
  let row = select(0u, task / params.samples, inside);
  let drawn_row = row_draw(params.first_row + row);
  let classes = select(0u, params.classes, inside);
  let base = params.logits_offset + row * params.row_stride;
  let values_base = params.values_offset + task * params.values_stride;

  var validity = nothing_seen();
  var wrong = 0u;
  var left = 0u;
  var largest = KEY_NONE;
  var total = 0.0;
  for (var c = 4u * lane; c < classes; c += 4u * LANES) {
    let logits = load_four(base, c);
    let values = load_values(values_base, c);
    validity = seen(validity, logits, logits);
    total += dot(values, vec4<f32>(1.0));
    for (var i = 0u; i < 4u; i++) {
      let masked = (logits[i] & 0x7fffffffu) >= POSITIVE_INFINITY;
      wrong = max(wrong, wrong_of(values[i], masked));
      if (!masked) {
        left++;
        largest = max(largest, key_of_score(bitcast<f32>(logits[i])));
      }
    }
  }
  atomicAdd(&sh_classes, left);
  atomicMax(&sh_key, checked_key(largest, validity));
  atomicMax(&sh_wrong, wrong);
  total = row_sum(0u, 0u, lane, total);
  let count = atomicLoad(&sh_classes);
  let key = atomicLoad(&sh_key);
  wrong = atomicLoad(&sh_wrong);
  if (abs(total - 1.0) > SUM_TOLERANCE) {
    wrong = max(wrong, SAMPLE_OUTSIDE);
  }

  // Logits count from the largest, which changes nothing.
  let top = score_of_key(key);
  let inverse = inverse_of(drawn_row.temperature);
  var best = LOWEST;
  for (var c = 4u * lane; c < classes; c += 4u * LANES) {
    let exponents = exponents4(load_four(base, c), load_values(values_base, c), top, inverse, drawn_row.tau);
    best = max(best, max4(exponents));
  }
  atomicMax(&sh_best, key_of_score(best));
  workgroupBarrier();
  best = score_of_key(atomicLoad(&sh_best));

  var sum = 0.0;
  var terms = 0.0;
  for (var c = 4u * lane; c < classes; c += 4u * LANES) {
    let logits = load_four(base, c);
    let values = load_values(values_base, c);
    let exponents = exponents4(logits, values, top, inverse, drawn_row.tau) - best;
    let masked = (logits & vec4<u32>(0x7fffffffu)) >= vec4<u32>(POSITIVE_INFINITY);
    sum += dot(select(decay4(exponents, 1.0), vec4<f32>(), masked), vec4<f32>(1.0));
    terms += dot(select(exponents - log(values), vec4<f32>(), masked), vec4<f32>(1.0));
  }
  sum = row_sum(1u, 0u, lane, sum);
  terms = row_sum(0u, 0u, lane, terms);
  if (inside && lane == 0u) {
    var density = Density(bitcast<u32>(terms - f32(count) * log(sum)), count);
    if (wrong == SAMPLE_OUTSIDE) {
      density.log_prob = NEGATIVE_INFINITY;
    }
    if (wrong == SAMPLE_NAN) {
      density.log_prob = NAN;
    }
    if (!is_score(key)) {
      density = Density(status_of(key), 0u);
    }
    densities[params.first_row * params.samples + task] = density;
  }
}
