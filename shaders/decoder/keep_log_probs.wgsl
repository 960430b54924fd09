// Keeps the log-probabilities of new tokens. Variant with the same signature: no_keep_log_probs.wgsl.

import package::decoder::config::config;

@group(0) @binding(53) var<storage, read_write> log_probs_kept: array<u32>;

fn keep_log_prob(row: u32, n: u32, log_prob: u32) {
  log_probs_kept[row * config.max_tokens + n] = log_prob;
}
