// Draws the Gumbel noise of a row given the class that wins (Maddison et al. 2014, "A* sampling", top-down): the largest of
// l / T + g is Gumbel with location logsumexp(l / T), and the others are Gumbel truncated below it. LANES lanes make one draw; a
// workgroup of 64 makes 64 / LANES. Twin: src/operations/gumbel_given_index/compute.ts.

import package::shared::float_bits::{NEGATIVE_INFINITY, POSITIVE_INFINITY, finite, finite4, masked4};
import package::shared::gather::{gather, nothing_found, with_logits};
import package::shared::lanes::LANES;
import package::shared::logits_f32::{load_class, load_four};
import package::shared::math::{Rate, quotients4, rate_of};
import package::shared::params::params;
import package::shared::row_settings::RowSettings;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::rows_out_f32::store_four;
import package::shared::score::{KEY_NONE, is_score, key_of_score, score_of, score_of_key};
import package::shared::status::{STATUS_GIVEN_MASKED, status_of};
import package::shared::status_out::write_status;
import package::shared::validity::{checked_key, nothing_seen, seen};
import package::shared::words::{Halves, TAG_GIVEN, exponential_at, gumbel_at, halves_of, word_of};

@group(0) @binding(14) var<storage, read> given_indices: array<u32>; // the class of each draw, numbered in the vocabulary

// What all lanes of a row need, from its lane 0.
struct Top {
  key: u32,          // of the given class's score; none where there is no distribution or the class is masked
  max_logit: f32,
  height: f32,       // the largest of l / T + g, less max_logit / T
  noise: f32,        // of the given class
}

var<workgroup> sh_top: array<Top, 64>;

fn exponentials(halves: Halves, i: u32, first: u32, row: RowSettings, draw: u32) -> vec4<f32> {
  return vec4<f32>(
    exponential_at(word_of(halves, i), first + i, row, draw),
    exponential_at(word_of(halves, i + 1u), first + i + 1u, row, draw),
    exponential_at(word_of(halves, i + 2u), first + i + 2u, row, draw),
    exponential_at(word_of(halves, i + 3u), first + i + 3u, row, draw),
  );
}

// The noise of a class that does not win, lowered where its rounded score would: the first largest score is the given class's.
fn below(noise: f32, logit: u32, class_: u32, given_class: u32, top: Top, temperature: f32) -> f32 {
  if ((logit & 0x7fffffffu) >= POSITIVE_INFINITY) {
    return noise;
  }
  var lowered = noise;
  var step = max(max(abs(score_of_key(top.key)), abs(bitcast<f32>(logit))) * 0x1p-23 / temperature, 0x1p-23);
  for (var turn = 0u; turn < 32u; turn++) {
    let key = key_of_score(score_of(logit, temperature, lowered));
    if (key < top.key || (key == top.key && class_ > given_class)) {
      break;
    }
    lowered -= step;
    step *= 2.0;
  }
  return lowered;
}

fn noise_four(
  logits: vec4<u32>,
  exponential: vec4<f32>,
  first: u32,
  given_class: u32,
  top: Top,
  temperature: f32,
  rate: Rate,
) -> vec4<f32> {
  let x = quotients4(finite4(logits), top.max_logit, rate) - top.height;
  let free = -log(exponential + select(exp(max(x, vec4<f32>(-104.0))), vec4<f32>(), masked4(logits)));
  var noise = vec4<f32>(
    below(free.x, logits.x, first, given_class, top, temperature),
    below(free.y, logits.y, first + 1u, given_class, top, temperature),
    below(free.z, logits.z, first + 2u, given_class, top, temperature),
    below(free.w, logits.w, first + 3u, given_class, top, temperature),
  );
  return select(noise, vec4<f32>(top.noise), vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u) == vec4<u32>(given_class));
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let slot = index / LANES;
  let lane = index % LANES;
  let task = (workgroup.y * workgroups.x + workgroup.x) * (64u / LANES) + slot;
  let inside = task < params.rows * params.num_samples;
  let row = task / params.num_samples;
  let settings = row_settings_of(params.first_row + select(0u, row, inside));
  let draw = task % params.num_samples + params.first_draw + TAG_GIVEN;
  let groups = select(0u, (params.classes + 7u) / 8u, inside);
  let base = params.logits_offset + row * params.logits_stride;
  let at = task;
  let rate = rate_of(settings.temperature, 1.0);

  var mine = nothing_found();
  var distributed = KEY_NONE; // 1 once a class is not masked
  var validity = nothing_seen();
  for (var group = lane; group < groups; group += LANES) {
    let a = load_four(base, group * 8u);
    let b = load_four(base, group * 8u + 4u);
    validity = seen(validity, a, b);
    mine = with_logits(mine, a, b, rate);
    if (!all(masked4(a)) || !all(masked4(b))) {
      distributed = 1u;
    }
  }
  mine.key = checked_key(distributed, validity);
  let whole = gather(lane, slot, mine, settings.temperature);

  let given_class = given_indices[params.index_offset + select(0u, at, inside)];
  if (inside && lane == 0u) {
    let c = given_class - params.class_offset;
    let logit = load_class(base, c);
    var top = Top(whole.key, whole.max_logit, 0.0, 0.0);
    var status = status_of(whole.key);
    if (is_score(whole.key) && logit != NEGATIVE_INFINITY) {
      let word = word_of(halves_of(given_class / 8u, settings, draw), given_class & 7u);
      top.height = log(whole.sum) + gumbel_at(word, given_class, settings, draw);
      top.noise = top.height - quotients4(vec4<f32>(finite(logit)), whole.max_logit, rate).x;
      top.key = key_of_score(score_of(logit, settings.temperature, top.noise));
    } else if (is_score(whole.key)) {
      top.key = KEY_NONE;
      status = STATUS_GIVEN_MASKED;
    }
    sh_top[slot] = top;
    write_status(at, status);
  }
  workgroupBarrier();
  let top = sh_top[slot];
  let ok = is_score(top.key);

  let out_base = params.rows_out_offset + task * params.rows_out_stride;
  for (var group = lane; group < groups; group += LANES) {
    let c = group * 8u;
    let first = params.class_offset + c;
    let halves = halves_of(first / 8u, settings, draw);
    let e_a = exponentials(halves, 0u, first, settings, draw);
    let e_b = exponentials(halves, 4u, first, settings, draw);
    let t = settings.temperature;
    let a = noise_four(load_four(base, c), e_a, first, given_class, top, t, rate);
    let b = noise_four(load_four(base, c + 4u), e_b, first + 4u, given_class, top, t, rate);
    store_four(out_base, c, select(vec4<f32>(), a, ok));
    store_four(out_base, c + 4u, select(vec4<f32>(), b, ok));
  }
}
