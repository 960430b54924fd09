// Lets the one lane of a row agree with itself: LANES is 1, and there is no workgroup memory and no barrier.
// Same signatures as reduce_workgroup.wgsl.

import package::shared::best::Best;
import package::shared::math::Rate;

fn share_key(slot: u32, key: u32) {}

fn shared_key(slot: u32) -> u32 {
  return 0u;
}

fn row_best(slot: u32, lane: u32, mine: Best) -> Best {
  return mine;
}

fn forget_best() {}

fn first_row_sum(slot: u32, lane: u32, value: f32) -> f32 {
  return value;
}

fn second_row_sum(slot: u32, lane: u32, value: f32) -> f32 {
  return value;
}

fn row_log_sum(slot: u32, lane: u32, mine: vec2<f32>, rate: Rate) -> vec2<f32> {
  return mine;
}

fn share_log_sum(slot: u32, lane: u32, mine: vec2<f32>) {}
