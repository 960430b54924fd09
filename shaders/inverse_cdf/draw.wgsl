// Draws classes of each row by inverse CDF, after add_blocks.wgsl: the first whose inclusive sum of masses exceeds a part of the whole that
// 64 random bits name. An invocation makes two draws of one row, the even one and the odd one that share a block of Philox. Twin:
// src/operations/sample/inverse_cdf.ts.

import package::filter::blocks::{BLOCK_FOURS, blocks_of_row};
import package::filter::cutoffs::{Cutoff, cutoffs};
import package::filter::keys::logit_of_key;
import package::inverse_cdf::block_sums::{block_sums, first_block_of};
import package::inverse_cdf::four_sums::{first_four_of, four_sums};
import package::inverse_cdf::kept_masses::{kept_masses, scale_of_row};
import package::shared::gather::nothing_found;
import package::shared::lanes::WORKGROUP;
import package::shared::logits::{base_of, load_four};
import package::shared::mass::MassScale;
import package::shared::params::params;
import package::shared::philox::philox4x32;
import package::shared::result::write_result;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::score::is_score;
import package::shared::u64::{add64, high64, less64, sub64};

// Ends the counters of the blocks; noise of classes has the tags 0 to 5.
const TAG_PICK = 6u << 24u;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let before = params.first_draw & 1u;
  let pairs = (before + params.num_samples + 1u) / 2u;
  let task = (workgroup.y * workgroups.x + workgroup.x) * WORKGROUP + index;
  if (task >= params.rows * pairs) {
    return;
  }
  let row = task / pairs;
  let pair = task % pairs;
  let cutoff = cutoffs[row];
  let settings = row_settings_of(params.first_row + row);
  let first_block = first_block_of(row);
  let whole = block_sums[first_block + blocks_of_row() - 1u];
  let scale = scale_of_row(cutoff, settings.temperature);
  let words = philox4x32(vec4<u32>(params.first_draw / 2u + pair, settings.stream, settings.step, TAG_PICK), settings.seed);

  var found = nothing_found();
  found.key = cutoff.top;
  if (is_score(cutoff.top)) {
    found.max_logit = logit_of_key(cutoff.top);
    found.sum = f32(whole.y) * 0x1p-8 + f32(whole.x) * 0x1p-40;
  }
  for (var i = 0u; i < 2u; i++) {
    let draw = 2u * pair + i - before; // among those of this dispatch
    if (draw >= params.num_samples) {
      continue;
    }
    if (is_score(cutoff.top)) {
      var pick = high64(select(words.zw, words.xy, i == 0u).yx, whole);
      // Temperature 0 takes the first class that has a mass.
      if (settings.temperature == 0.0) {
        pick = vec2<u32>();
      }
      let drawn = drawn_by(pick, row, first_block, cutoff, scale);
      found.class_ = drawn.x;
      found.logit = bitcast<f32>(drawn.y);
    }
    write_result(row * params.num_samples + draw, found, settings.temperature);
  }
}

// The first class whose inclusive sum exceeds `pick`, which is below the whole sum, and the bits of its logit.
fn drawn_by(pick: vec2<u32>, row: u32, first_block: u32, cutoff: Cutoff, scale: MassScale) -> vec2<u32> {
  var block = first_block;
  var last = first_block + blocks_of_row() - 1u;
  while (block < last) {
    let middle = (block + last) / 2u;
    if (less64(pick, block_sums[middle])) {
      last = middle;
    } else {
      block = middle + 1u;
    }
  }
  var rest = pick;
  if (block > first_block) {
    rest = sub64(rest, block_sums[block - 1u]);
  }
  let first_four = first_four_of(block);
  var four = first_four;
  last = first_four + BLOCK_FOURS - 1u;
  while (four < last) {
    let middle = (four + last) / 2u;
    if (less64(rest, four_sums[middle])) {
      last = middle;
    } else {
      four = middle + 1u;
    }
  }
  if (four > first_four) {
    rest = sub64(rest, four_sums[four - 1u]);
  }
  let column = 4u * (four - first_four_of(first_block));
  let bits = load_four(base_of(row), column);
  let masses = kept_masses(bits, column, cutoff, scale);
  var sum = vec2<u32>();
  var j = 0u;
  for (var i = 0u; i < 3u; i++) {
    sum = add64(sum, vec2<u32>(masses.low[i], masses.high[i]));
    j += select(1u, 0u, less64(rest, sum));
  }
  return vec2<u32>(column + j, bits[j]);
}
