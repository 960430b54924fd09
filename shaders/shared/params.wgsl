// What a dispatch draws. Kept in step with src/webgpu/params.ts, which a test compares field by field.

struct Params {
  rows: u32,             // rows of this dispatch
  first_row: u32,        // the number in the batch of its first row
  classes: u32,          // classes of this dispatch's part of a row
  class_offset: u32,     // number of its first class, a multiple of 8
  logits_offset: u32,    // element of the binding at which the first row's part begins
  row_stride: u32,       // elements from row to row
  samples: u32,          // draws of each row
  step: u32,
  seed_low: u32,
  seed_high: u32,
  stream: u32,           // of the batch's row 0
  stream_stride: u32,    // 0 or 1: added for each row
  temperature: f32,
  tau: f32,              // of Gumbel-softmax
  row_params: u32,       // 1 where `row_params` holds what each row draws with
  index_words: u32,      // 1 for int32 indices, 2 for int64
  index_offset: u32,     // elements before the first result in each output
  log_prob_offset: u32,
  score_offset: u32,
  status_offset: u32,
  samples_offset: u32,   // element of the binding at which this dispatch's first relaxed sample begins
  samples_stride: u32,   // elements from draw to draw
  values_offset: u32,    // the same of the values that the caller gives for each draw
  values_stride: u32,
  given_offset: u32,     // the same of the samples that the caller gives
  given_stride: u32,
  grad_tau_offset: u32,  // elements before this dispatch's first
  grad_temperature_offset: u32,
  parts: u32,            // workgroups or tasks that share a row in this dispatch
  first_part: u32,       // partials of a row before this dispatch's
  total_parts: u32,      // partials of a row in all
  zero: u32,             // 0, which the compiler cannot know: see noise.wgsl
}

@group(0) @binding(0) var<uniform> params: Params;
