// Log-probabilities are not wanted. Same signature as odds.wgsl.

import package::shared::gather::Scan;

fn with_odds(found: Scan, row: u32, draw: u32, temperature: f32) -> Scan {
  return found;
}
