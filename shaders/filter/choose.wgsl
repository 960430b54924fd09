// Finds which classes the filters of a row keep, after tops.wgsl: a workgroup has a row. Few classes are listed in their order, for
// draw_listed.wgsl; of many it says where they end, for draw_wide.wgsl. Twin: src/operations/sample/kept.ts.

import package::filter::blocks::{MOST_LISTED, blocks_of_row};
import package::filter::candidates::{list_candidates, sh_columns, sh_keys, sort_candidates};
import package::filter::cutoffs::{Cutoff, cutoffs};
import package::filter::end::{End, earlier_of};
import package::filter::keys::{key_of_logit, logit_of_key};
import package::filter::line::line_key;
import package::filter::listed::listed;
import package::filter::memory::{sh_high, sh_low};
import package::filter::narrow::{Last, end_of_part, last_of, mass_of_row};
import package::filter::none_settled::is_settled;
import package::filter::top_k::bound_of_largest;
import package::filter::tops_out::tops;
import package::shared::float_bits::LOWEST;
import package::shared::lanes::WORKGROUP;
import package::shared::logits::base_of;
import package::shared::mass::{mass_of, mass_scale_of, share_of};
import package::shared::params::params;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::score::{KEY_LOWEST, is_score};
import package::shared::u64::{add64, at_least_one, less64};

var<workgroup> sh_top: atomic<u32>;
var<workgroup> sh_row_top: u32;
var<workgroup> sh_kept: u32;

// The key of the row's largest logit, or why it has no distribution.
fn top_of_row(row: u32, lane: u32) -> u32 {
  let blocks = blocks_of_row();
  var top = 0u;
  for (var block = lane; block < blocks; block += WORKGROUP) {
    top = max(top, tops[row * blocks + block]);
  }
  atomicMax(&sh_top, top);
  workgroupBarrier();
  if (lane == 0u) {
    sh_row_top = atomicLoad(&sh_top);
  }
  return workgroupUniformLoad(&sh_row_top);
}

// Of the list, where top-p decides.
fn listed_mass(i: u32) -> vec2<u32> {
  return vec2<u32>(atomicLoad(&sh_low[i]), atomicLoad(&sh_high[i]));
}

// How many of the first `count` of the list, which is sorted, are kept, where top-p keeps a part of `all`, which is what top-k leaves
// where that is not known. By one lane.
fn kept_of_list(count: u32, filters: Filters, whole: vec2<u32>) -> u32 {
  var kept = count;
  if (filters.top_k > 0u) {
    kept = min(kept, filters.top_k);
  }
  if (filters.top_p < 1.0) {
    var all = whole;
    for (var i = 0u; i < kept && filters.top_k > 0u; i++) {
      all = add64(all, listed_mass(i));
    }
    let share = at_least_one(share_of(filters.top_p, all));
    var sum = vec2<u32>();
    var i = 0u;
    for (; i < kept && less64(sum, share); i++) {
      sum = add64(sum, listed_mass(i));
    }
    kept = i;
    // The share may end after the list.
    if (less64(sum, share)) {
      return NOT_IN_LIST;
    }
  }
  while (kept > 1u && sh_keys[kept - 1u] < filters.line) {
    kept--;
  }
  return kept;
}

override COUNTED: bool = true; // somebody asks which class is kept last, and how many are

const NOT_IN_LIST = 0xffffffffu;
const LIKELY = 256u; // blocks whose largest classes are tried first where there is top-p alone

// What a row is filtered by.
struct Filters {
  top_k: u32,
  top_p: f32,
  line: u32,  // the key below which min-p drops logits
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = workgroup.y * workgroups.x + workgroup.x;
  if (row >= params.rows || is_settled(row, lane)) {
    return;
  }
  let settings = row_settings_of(params.first_row + row);
  let base = base_of(row);
  let top = top_of_row(row, lane);
  if (!is_score(top)) {
    if (lane == 0u) {
      cutoffs[row] = Cutoff(0u, 0u, 0u, top);
    }
    return;
  }
  let largest = logit_of_key(top);
  // Temperature 0 takes the first of the largest.
  let cold = settings.temperature == 0.0;
  let scale = mass_scale_of(largest, select(settings.temperature, 1.0, cold));
  var filters = Filters(1u, 1.0, 0u);
  if (params.top_count > 0u) {
    // So many are listed, whatever the row draws with.
    filters.top_k = params.top_count;
  } else if (!cold) {
    filters = Filters(settings.top_k, settings.top_p, line_key(largest, settings));
  }
  // What has no mass is not before a share of it. What min-p drops has a part in that mass.
  var low = max(KEY_LOWEST, filters.line);
  if (filters.top_p < 1.0) {
    low = key_of_logit(max(scale.line, LOWEST));
  }
  let only_p = filters.top_k == 0u && filters.top_p < 1.0;
  let all = End(low, 0xffffffffu);
  var end = all;
  if (filters.top_k > 0u || only_p) {
    end = earlier_of(all, bound_of_largest(row, select(filters.top_k, LIKELY, only_p), lane));
  }
  // First all that may be kept is listed; if that is too much, or not enough, what is kept.
  let first_end = end;
  var last = Last(all, 0u);
  for (var turn = 0u; turn < 2u; turn++) {
    let found = list_candidates(row, base, end, lane);
    if (found <= MOST_LISTED) {
      sort_candidates(found, top, end, lane);
      var whole = vec2<u32>();
      if (turn == 0u && filters.top_p < 1.0) {
        for (var i = lane; i < found; i += WORKGROUP) {
          let mass = mass_of(logit_of_key(sh_keys[i]), scale);
          atomicStore(&sh_low[i], mass.x);
          atomicStore(&sh_high[i], mass.y);
        }
        if (only_p) {
          whole = mass_of_row(row, base, all, scale, lane);
        }
        workgroupBarrier();
      }
      if (lane == 0u) {
        sh_kept = found;
        if (turn == 0u) {
          sh_kept = kept_of_list(found, filters, whole);
        }
      }
      let kept = workgroupUniformLoad(&sh_kept);
      if (kept != NOT_IN_LIST) {
        write_listed(row, kept, top, lane);
        return;
      }
    }
    if (turn == 1u) {
      break;
    }
    if (!COUNTED && filters.top_k == 0u && filters.top_p >= 1.0) {
      // The line is all that draws ask for.
      last = Last(end, found);
      break;
    }
    end = first_end;
    if (only_p) {
      end = all;
    }
    for (var part = 0u; part < 2u; part++) {
      let by_mass = part == 1u;
      if (select(filters.top_k > 0u, filters.top_p < 1.0, by_mass)) {
        end = end_of_part(row, base, end, by_mass, filters.top_k, filters.top_p, scale, select(first_end.key, low, only_p), top, lane);
      }
    }
    last = last_of(row, base, earlier_of(end, End(filters.line, 0xffffffffu)), lane);
    end = last.end;
    if (last.count > MOST_LISTED) {
      break;
    }
  }
  if (lane == 0u) {
    cutoffs[row] = Cutoff(last.end.key, last.end.column, last.count, top);
  }
}

fn write_listed(row: u32, count: u32, top: u32, lane: u32) {
  for (var i = lane; i < count; i += WORKGROUP) {
    listed[row * MOST_LISTED + i] = sh_columns[i];
  }
  if (lane == 0u) {
    cutoffs[row] = Cutoff(sh_keys[count - 1u], sh_columns[count - 1u], count, top);
  }
}
