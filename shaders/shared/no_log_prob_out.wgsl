// Log-probabilities are not wanted. Same signature as log_prob_out.wgsl.

import package::shared::gather::Scan;

fn write_log_prob(at: u32, found: Scan, temperature: f32) {}
