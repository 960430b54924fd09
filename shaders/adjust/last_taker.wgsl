// Says what took the last class of a row. Twin: src/adjust/compute.ts.

import package::adjust::taken_words::{TOOK, first_word, taken};
import package::shared::params::params;
import package::shared::status::{STATUS_ALL_MASKED, STATUS_BIAS, STATUS_BITMASK, STATUS_PENALTIES};

// Why a row has no class that is not at -Infinity.
fn last_taker(row: u32) -> u32 {
  let first = first_word(row);
  var by_bias = 0u;
  var by_bitmask = 0u;
  for (var part = 0u; part < params.parts; part++) {
    let word = atomicLoad(&taken[first + part]);
    by_bias |= word;
    by_bitmask += word & ~TOOK;
  }
  let by_penalties = atomicLoad(&taken[first + params.parts]);
  if (by_bitmask != (by_penalties & ~TOOK)) {
    return STATUS_BITMASK;
  }
  return select(select(STATUS_ALL_MASKED, STATUS_BIAS, by_bias >= TOOK), STATUS_PENALTIES, by_penalties >= TOOK);
}
