// Draws the Gumbel noise of a row given the class that wins (Maddison et al. 2014, "A* sampling", top-down): the largest of
// l / T + g is Gumbel with location logsumexp(l / T), and the others are Gumbel truncated below it. LANES lanes make one draw; a
// workgroup makes WORKGROUP / LANES. Twin: src/operations/gumbel_given_index/compute.ts.

import package::shared::float_bits::{NEGATIVE_INFINITY, POSITIVE_INFINITY, finite, finite4, masked4};
import package::shared::gather::{gather, nothing_found, with_logits};
import package::shared::lanes::{LANES, WORKGROUP};
import package::shared::logits::{base_of, load_class, load_four};
import package::shared::math::{Rate, quotients4, rate_of};
import package::shared::params::params;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::rows_out_f32::store_four;
import package::shared::score::{KEY_NONE, is_score, keys_of_scores, remainders_of, scores_of, terms_of};
import package::shared::status::{STATUS_GIVEN_MASKED, status_of};
import package::shared::status_out::write_status;
import package::shared::validity::{checked_key, nothing_seen, seen};
import package::shared::words::{TAG_GIVEN, exponentials4, first_words, gumbel_at, halves_of, last_words, word_of};

@group(0) @binding(14) var<storage, read> given_indices: array<u32>; // the class of each draw, numbered in the vocabulary

// What all lanes of a row need, from its lane 0.
struct Top {
  key: u32,          // of the given class's score; none where there is no distribution or the class is masked
  remainder: f32,    // and what the exact sum has beyond it
  max_logit: f32,
  height: f32,       // the largest of l / T + g, less max_logit / T
  noise: f32,        // of the given class
}

var<workgroup> sh_top: array<Top, 64>;

// The noise of four classes that do not win, lowered where they would: the first largest sum is the given class's.
fn below4(noise: vec4<f32>, logits: vec4<u32>, first: u32, given_class: u32, top: Top, temperature: f32) -> vec4<f32> {
  let masked = (logits & vec4<u32>(0x7fffffffu)) >= vec4<u32>(POSITIVE_INFINITY);
  let after = vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u) > vec4<u32>(given_class);
  var lowered = noise;
  // The given class is as far off as its noise is rounded.
  var step = max(abs(noise), vec4<f32>(max(abs(top.noise), 1.0))) * 0x1p-23;
  for (var turn = 0u; turn < 32u; turn++) {
    let terms = terms_of(logits, temperature, lowered);
    let scores = scores_of(terms);
    let keys = keys_of_scores(scores);
    let remainders = remainders_of(terms, scores);
    let nearer = (remainders < vec4<f32>(top.remainder)) | ((remainders == vec4<f32>(top.remainder)) & after);
    let wins = !((keys < vec4<u32>(top.key)) | ((keys == vec4<u32>(top.key)) & nearer) | masked);
    if (!any(wins)) {
      break;
    }
    lowered = select(lowered, lowered - step, wins);
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
  let given = vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u) == vec4<u32>(given_class);
  let others = select(logits, vec4<u32>(NEGATIVE_INFINITY), given); // of which none is lowered below itself
  return select(below4(free, others, first, given_class, top, temperature), vec4<f32>(top.noise), given);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let slot = index / LANES;
  let lane = index % LANES;
  let task = (workgroup.y * workgroups.x + workgroup.x) * (WORKGROUP / LANES) + slot;
  let inside = task < params.rows * params.num_samples;
  let row = task / params.num_samples;
  let settings = row_settings_of(params.first_row + select(0u, row, inside));
  let draw = task % params.num_samples + params.first_draw + TAG_GIVEN;
  let groups = select(0u, (params.classes + 7u) / 8u, inside);
  let base = base_of(row);
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
  mine.key = checked_key(distributed, validity, settings.temperature);
  let whole = gather(lane, slot, mine, settings.temperature);

  let given_class = given_indices[params.index_offset + select(0u, at, inside)];
  if (inside && lane == 0u) {
    let c = given_class - params.class_offset;
    let logit = load_class(base, c);
    var top = Top(whole.key, 0.0, whole.max_logit, 0.0, 0.0);
    var status = status_of(whole.key);
    if (is_score(whole.key) && logit != NEGATIVE_INFINITY) {
      let word = word_of(halves_of(given_class / 8u, settings, draw), given_class & 7u);
      top.height = log(whole.sum) + gumbel_at(word, given_class, settings, draw);
      top.noise = top.height - quotients4(vec4<f32>(finite(logit)), whole.max_logit, rate).x;
      let terms = terms_of(vec4<u32>(logit), settings.temperature, vec4<f32>(top.noise));
      let scores = scores_of(terms);
      top.key = keys_of_scores(scores).x;
      top.remainder = remainders_of(terms, scores).x;
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
    let e_a = exponentials4(first_words(halves), first, settings, draw);
    let e_b = exponentials4(last_words(halves), first + 4u, settings, draw);
    let t = settings.temperature;
    let a = noise_four(load_four(base, c), e_a, first, given_class, top, t, rate);
    let b = noise_four(load_four(base, c + 4u), e_b, first + 4u, given_class, top, t, rate);
    store_four(out_base, c, select(vec4<f32>(), a, ok));
    store_four(out_base, c + 4u, select(vec4<f32>(), b, ok));
  }
}
