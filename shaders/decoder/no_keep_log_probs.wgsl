// Keeps no log-probabilities. Same signature as keep_log_probs.wgsl.

fn keep_log_prob(row: u32, n: u32, log_prob: u32) {}
