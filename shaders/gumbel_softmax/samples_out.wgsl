// Writes relaxed samples once the row's sum is known. Variant with the same names: log_samples_out.wgsl.

import package::gumbel_softmax::finished4::{finished4, is_one_hot};
import package::shared::gather::Scan;
import package::shared::keys::relaxed4;
import package::shared::math::{Rate, rate_of};
import package::shared::params::params;
import package::shared::row_settings::RowSettings;
import package::shared::rows_out_f32::store_four;
import package::shared::score::{best_of, is_score};

// What the samples of a row take.
struct Finish {
  out_base: u32,
  best: f32,
  rate: Rate,
  scale: f32,        // 0 in a row without a distribution
  drawn_class: u32,
  one_hot: bool,
}

fn finish_of(out_base: u32, whole: Scan, row: RowSettings) -> Finish {
  let ok = is_score(whole.key);
  return Finish(
    out_base,
    best_of(whole.key),
    rate_of(row.temperature, row.tau),
    select(0.0, 1.0 / select(1.0, whole.relaxed, ok), ok),
    select(0xffffffffu, whole.class_ - params.class_offset, ok),
    is_one_hot(row),
  );
}

// What a lane holds of four classes until the sum is known: of their keys and relaxed values, the values.
fn kept4(keys: vec4<u32>, relaxed: vec4<f32>) -> vec4<u32> {
  return bitcast<vec4<u32>>(relaxed);
}

fn store_kept(kept: vec4<u32>, c: u32, finish: Finish) {
  let y = bitcast<vec4<f32>>(kept) * finish.scale;
  store_four(finish.out_base, c, finished4(y, c, finish.drawn_class, finish.one_hot));
}

fn store_keys(keys: vec4<u32>, c: u32, finish: Finish) {
  store_kept(kept4(keys, relaxed4(keys, finish.best, finish.rate)), c, finish);
}
