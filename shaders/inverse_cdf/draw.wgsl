// Draws classes of each row by inverse CDF, after add_blocks.wgsl: the first whose inclusive sum of masses exceeds a part of the whole that
// 64 random bits name. An invocation makes two draws of one row, the even one and the odd one that share a block of Philox. Twin:
// src/operations/sample/inverse_cdf.ts.

import package::filter::blocks::{BLOCK, blocks_of_row};
import package::filter::cutoffs::cutoffs;
import package::filter::keys::logit_of_key;
import package::inverse_cdf::block_sums::{block_sums, first_block_of};
import package::inverse_cdf::class_sums::{class_sums, first_class_of};
import package::shared::gather::{Scan, nothing_found};
import package::shared::lanes::WORKGROUP;
import package::shared::log_probs::LOG_PROBS;
import package::shared::logits::{base_of, load_class};
import package::shared::params::params;
import package::shared::philox::philox4x32;
import package::shared::result::write_result;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::score::is_score;
import package::shared::u64::{high64, less64, sub64};

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
  let top = cutoffs[row].top;
  let settings = row_settings_of(params.first_row + row);
  let first_block = first_block_of(row);
  let whole = block_sums[first_block + blocks_of_row() - 1u];
  let words = philox4x32(vec4<u32>(params.first_draw / 2u + pair, settings.stream, settings.step, TAG_PICK), settings.seed);

  var found = nothing_found();
  found.key = top;
  if (is_score(top)) {
    found.max_logit = logit_of_key(top);
    found.sum = f32(whole.y) * 0x1p-8 + f32(whole.x) * 0x1p-40;
  }
  // Temperature 0 takes the first class that has a mass.
  let least = select(whole, vec2<u32>(), settings.temperature == 0.0);
  let drawn = vec2<u32>(drawn_by(high64(words.yx, least), first_block), drawn_by(high64(words.wz, least), first_block));
  write_draw(row, 2u * pair - before, found, drawn.x, settings.temperature);
  write_draw(row, 2u * pair - before + 1u, found, drawn.y, settings.temperature);
}

// `draw` is among those of this dispatch, or of none.
fn write_draw(row: u32, draw: u32, of_row: Scan, column: u32, temperature: f32) {
  var found = of_row;
  if (is_score(found.key)) {
    found.class_ = column;
    if (LOG_PROBS) {
      found.logit = bitcast<f32>(load_class(base_of(row), column));
    }
  }
  if (draw < params.num_samples) {
    write_result(row * params.num_samples + draw, found, temperature);
  }
}

// The column of the first class whose inclusive sum exceeds `pick`, which is below the whole sum.
fn drawn_by(pick: vec2<u32>, first_block: u32) -> u32 {
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
  var class_ = first_class_of(block);
  last = class_ + BLOCK - 1u;
  while (class_ < last) {
    let middle = (class_ + last) / 2u;
    if (less64(rest, class_sums[middle])) {
      last = middle;
    } else {
      class_ = middle + 1u;
    }
  }
  return class_ - first_class_of(first_block);
}
