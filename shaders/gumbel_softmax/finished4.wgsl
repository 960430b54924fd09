// Turns relaxed values into samples: as they are, or one-hot where T tau is 0.

import package::gumbel_softmax::one_hot::one_hot4;
import package::shared::row_settings::RowSettings;

// Some row's temperature or tau is 0, so that its samples are one-hot.
override ONE_HOT: bool = false;

// Samples of four classes from `first`, whose relaxed values are y.
fn finished4(y: vec4<f32>, first: u32, drawn_class: u32, one_hot: bool) -> vec4<f32> {
  if (ONE_HOT) {
    return select(y, one_hot4(first, drawn_class), one_hot);
  }
  return y;
}

// Whether a row's samples are one-hot, as T tau is 0.
fn is_one_hot(row: RowSettings) -> bool {
  return row.temperature == 0.0 || row.tau == 0.0;
}
