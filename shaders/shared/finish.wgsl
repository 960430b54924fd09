// Relaxed samples, finished. Expects: keys, one_hot.

// Some row's temperature or tau is 0, so that its samples are one-hot.
override ONE_HOT: bool = false;

// Samples of four classes from `first`, whose relaxed values are y: 0 in a row without a distribution, where y may be NaN.
fn finished4(y: vec4<f32>, first: u32, drawn_class: u32, relaxation: Relaxation, ok: bool) -> vec4<f32> {
  var samples = y;
  if (ONE_HOT) {
    samples = select(samples, one_hot4(first, drawn_class), relaxation.one_hot);
  }
  return select(vec4<f32>(), samples, ok);
}
