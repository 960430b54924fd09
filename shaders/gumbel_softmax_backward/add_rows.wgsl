// Adds up rows over the draws of a task: a lane adds to what it wrote itself.

import package::shared::rows_out_f32::{held_words, store_four};

// Adds four values to what lies there, or writes them if they are the first.
fn add_four(base: u32, c: u32, values: vec4<f32>, first: bool) {
  if (first) {
    store_four(base, c, values);
  } else {
    store_four(base, c, bitcast<vec4<f32>>(held_words(base, c)) + values);
  }
}
