// Writes what a draw gives: of index, log-probability, score, status and what shards need, those that are linked.

import package::shared::gather::Scan;
import package::shared::index_out::write_index;
import package::shared::log_prob_out::write_log_prob;
import package::shared::maximum_out::write_maximum;
import package::shared::remainder_out::write_remainder;
import package::shared::score_out::write_score;
import package::shared::status::{STATUS_MISSING, STATUS_OK, status_of};
import package::shared::status_out::write_status;
import package::shared::sum_out::write_sum;

// By one lane of a row; `at` counts results, `found` is of the whole row.
fn write_result(at: u32, found: Scan, temperature: f32) {
  let status = status_of(found.key);
  write_index(at, found.class_, status);
  write_log_prob(at, found, temperature);
  write_score(at, found.key);
  write_status(at, select(status, STATUS_OK, status == STATUS_MISSING));
  write_remainder(at, found);
  write_maximum(at, found);
  write_sum(at, found);
}
