// Scores the classes of each row with the noise of draw 0, after filter/choose.wgsl or inverse_cdf/keep_all.wgsl, and puts each group of eight
// into order. An invocation has a group. Followed by merge.wgsl. Twin: src/operations/sample/ordered.ts.

import package::filter::cutoffs::cutoffs;
import package::filter::end::End;
import package::filter::kept::kept_four;
import package::filter::row_end::keep;
import package::ordered::runs::{groups_of_row, length_of_run, runs_in};
import package::shared::best::Best;
import package::shared::float_bits::masked4;
import package::shared::keys::{Keys, Scored, scored_of};
import package::shared::logits::{base_of, load_four};
import package::shared::params::params;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::score::{KEY_LOWEST, KEY_NONE, is_score};

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let groups = groups_of_row();
  let task = (workgroup.y * workgroups.x + workgroup.x) * 64u + index;
  if (task >= params.rows * groups) {
    return;
  }
  let row = task / groups;
  let group = task % groups;
  let settings = row_settings_of(params.first_row + row);
  let base = base_of(row);
  let cutoff = cutoffs[row];
  // Temperature 0 puts all classes into order, rather than draw the first of the largest alone.
  let cold = settings.temperature == 0.0;
  keep(End(select(cutoff.key, KEY_LOWEST, cold), select(cutoff.column, 0xffffffffu, cold)));
  let a = kept_four(load_four(base, group * 8u), group * 2u);
  let b = kept_four(load_four(base, group * 8u + 4u), group * 2u + 1u);
  var scored = Scored(Keys(vec4<u32>(KEY_NONE), vec4<u32>(KEY_NONE)), vec4<f32>(), vec4<f32>());
  if (!is_score(cutoff.top)) {
    scored.keys = Keys(vec4<u32>(cutoff.top), vec4<u32>(cutoff.top));
  } else if (!(all(masked4(a)) && all(masked4(b)))) {
    scored = scored_of(a, b, true, group, settings, 0u);
  }
  write_run(task, scored, params.class_offset + group * 8u);
}

// Each class of a group in the place after those that are before it.
fn write_run(run: u32, scored: Scored, first_class: u32) {
  let length = length_of_run(1u);
  for (var i = 0u; i < 8u; i++) {
    let key = select(scored.keys.b[i & 3u], scored.keys.a[i & 3u], i < 4u);
    let remainder = select(scored.remainders_b[i & 3u], scored.remainders_a[i & 3u], i < 4u);
    let mine = Best(key, remainder, i);
    let place = before(mine, scored.keys.a, scored.remainders_a, 0u) + before(mine, scored.keys.b, scored.remainders_b, 4u);
    if (place < length) {
      runs_in[run * length + place] = Best(key, remainder, first_class + i);
    }
  }
}

// How many of four neighbouring classes, of which `first` is the first, are before one of their group.
fn before(mine: Best, keys: vec4<u32>, remainders: vec4<f32>, first: u32) -> u32 {
  let lower = (vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u)) < vec4<u32>(mine.class_);
  let nearer = (remainders > vec4<f32>(mine.remainder)) | ((remainders == vec4<f32>(mine.remainder)) & lower);
  let are = (keys > vec4<u32>(mine.key)) | ((keys == vec4<u32>(mine.key)) & nearer);
  let ones = select(vec4<u32>(), vec4<u32>(1u), are);
  return ones.x + ones.y + ones.z + ones.w;
}
