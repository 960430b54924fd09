// What a dispatch does. Kept in step with src/gpu/params.ts, which a test compares field by field.

import package::shared::row_settings::RowSettings;

struct Params {
  @align(16) @size(48) settings: RowSettings, // of all rows, with the stream of row 0: see row_settings_uniform.wgsl
  rows: u32,             // rows of this dispatch
  first_row: u32,        // the number of its first row among those whose settings are bound
  classes: u32,          // classes of this dispatch's part of a row
  class_offset: u32,     // number of its first class, a multiple of 8
  logits_offset: u32,    // element of the binding at which the first row's part begins
  logits_stride: u32,    // elements from row to row
  num_samples: u32,      // draws of each row in this dispatch
  first_draw: u32,       // the number of the first of them
  stream_stride: u32,    // 0 or 1: added to the stream for each row
  index_words: u32,      // 1 for int32 indices, 2 for int64
  invalid_index: u32,    // bits of what stands where a draw has no index
  index_offset: u32,     // words of the binding before this dispatch's first result, in each output
  log_prob_offset: u32,
  score_offset: u32,
  status_offset: u32,
  remainder_offset: u32,
  maximum_offset: u32,
  sum_offset: u32,
  rows_out_offset: u32,  // element of the binding at which the first row that this dispatch writes begins
  rows_out_stride: u32,  // elements from one such row to the next
  rows_in_offset: u32,   // the same of the rows of values that it reads
  rows_in_stride: u32,
  soft_offset: u32,      // the same of the relaxed samples that it reads
  soft_stride: u32,
  grad_tau_offset: u32,  // words of the binding before this dispatch's first
  grad_temperature_offset: u32,
  add_rows: u32,         // 1 where rows are added to those that earlier dispatches wrote
  add_scales: u32,       // the same of gradients of tau and temperature, and of statuses, whose largest counts
  parts: u32,            // workgroups or tasks that share a row in this dispatch
  first_part: u32,       // partials of a row before this dispatch's
  total_parts: u32,      // partials of a row in all
  bias_offset: u32,      // element of the binding at which the first row's bias begins
  bias_stride: u32,      // elements from row to row, 0 where all rows have one; the same of bitmask and tokens
  bitmask_offset: u32,
  bitmask_stride: u32,
  tokens_offset: u32,
  tokens_stride: u32,
  token_count: u32,      // tokens that there is room for in a row
  penalty_offset: u32,   // words of the binding before what the first row is penalized with
  lengths_offset: u32,   // words of the binding before the first row's length
  penalized_offset: u32, // words of the binding before the first row of penalized logits
  penalized_stride: u32, // words from row to row
  found_offset: u32,     // words of the binding before what is found of the first draw
  top_count: u32,        // most likely classes of a row that are listed
  order_count: u32,      // classes of a row that are put into order
  run_groups: u32,       // groups of eight classes that a run of them is of
  zero: u32,             // 0, which the compiler cannot know: see noise.wgsl
}

@group(0) @binding(0) var<uniform> params: Params;
