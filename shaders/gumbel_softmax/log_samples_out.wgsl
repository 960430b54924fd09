// Writes the logarithms of relaxed samples, which neither underflow nor reach 0: -Infinity for masked classes alone, and in rows without a
// distribution. Same names as samples_out.wgsl.

import package::shared::float_bits::NEGATIVE_INFINITY;
import package::shared::gather::Scan;
import package::shared::keys::scores4;
import package::shared::math::{Rate, quotients4, rate_of};
import package::shared::row_settings::RowSettings;
import package::shared::rows_out_f32::store_words;
import package::shared::score::{KEY_NONE, best_of, is_score};

// What the samples of a row take.
struct Finish {
  out_base: u32,
  best: f32,
  rate: Rate,
  log_sum: f32,
  ok: bool,
}

fn finish_of(out_base: u32, whole: Scan, row: RowSettings) -> Finish {
  let ok = is_score(whole.key);
  let log_sum = log(select(1.0, whole.relaxed, ok));
  return Finish(out_base, best_of(whole.key), rate_of(row.temperature, row.tau), log_sum, ok);
}

// What a lane holds of four classes until the sum is known: of their keys and relaxed values, the keys.
fn kept4(keys: vec4<u32>, relaxed: vec4<f32>) -> vec4<u32> {
  return keys;
}

fn store_kept(kept: vec4<u32>, c: u32, finish: Finish) {
  store_keys(kept, c, finish);
}

fn store_keys(keys: vec4<u32>, c: u32, finish: Finish) {
  // Rounding leaves none above 0.
  let logs = min(quotients4(scores4(keys), finish.best, finish.rate) - finish.log_sum, vec4<f32>());
  let none = (keys == vec4<u32>(KEY_NONE)) | vec4<bool>(!finish.ok);
  store_words(finish.out_base, c, select(bitcast<vec4<u32>>(logs), vec4<u32>(NEGATIVE_INFINITY), none));
}
