// Gives append.wgsl the token that was drawn for each sequence. Variant with the same signatures: tokens_given.wgsl.

import package::decoder::config::config;
import package::decoder::drawn::{LOG_PROBS_DRAWN, STATUSES, drawn};

fn count_of(row: u32) -> u32 {
  return 1u;
}

fn token_of(row: u32, i: u32) -> u32 {
  return drawn[row];
}

fn status_of_row(row: u32) -> u32 {
  return drawn[STATUSES * config.section + row];
}

fn log_prob_of(row: u32) -> u32 {
  return drawn[LOG_PROBS_DRAWN * config.section + row];
}
