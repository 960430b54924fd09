// What a draw gives, written out. Expects: params, score, status.

import package::shared::float_bits::NAN;
import package::shared::gather::Scan;
import package::shared::log_probs::LOG_PROBS;
import package::shared::outputs::{OUTPUTS, OUTPUT_INDICES, OUTPUT_SCORES, OUTPUT_STATUSES, OUTPUT_STATUS_IN_INDEX};
import package::shared::params::params;
import package::shared::score::score_of_key;
import package::shared::status::{STATUS_OK, status_of, statuses};

@group(0) @binding(3) var<storage, read_write> indices: array<u32>;
@group(0) @binding(4) var<storage, read_write> log_probs: array<u32>;
@group(0) @binding(5) var<storage, read_write> scores: array<u32>;

// `at` counts draws in the batch.
fn write_result(at: u32, found: Scan, temperature: f32) {
  let status = status_of(found.key);
  let ok = status == STATUS_OK;
  let negative = select(0xffffffffu, 0u - status, (OUTPUTS & OUTPUT_STATUS_IN_INDEX) != 0u);
  let index = select(negative, found.class_, ok);
  if ((OUTPUTS & OUTPUT_INDICES) != 0u) {
    let place = params.index_offset + at * params.index_words;
    indices[place] = index;
    if (params.index_words == 2u) {
      indices[place + 1u] = select(0xffffffffu, 0u, ok);
    }
  }
  if (LOG_PROBS) {
    var log_prob = 0.0;
    if (temperature != 0.0) {
      log_prob = (found.logit - found.max_logit) / temperature - log(found.sum);
    }
    log_probs[params.log_prob_offset + at] = select(NAN, bitcast<u32>(log_prob), ok);
  }
  if ((OUTPUTS & OUTPUT_SCORES) != 0u) {
    scores[params.score_offset + at] = select(NAN, bitcast<u32>(score_of_key(found.key)), ok);
  }
  if ((OUTPUTS & OUTPUT_STATUSES) != 0u) {
    statuses[params.status_offset + at] = status;
  }
}
