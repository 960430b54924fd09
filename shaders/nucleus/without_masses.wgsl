// Adds up nothing, and draws from all groups of blocks. Same signatures as masses.wgsl.

import package::nucleus::rows::{DRAWN, FIRST};
import package::shared::logits::Base;
import package::shared::math::Rate;

const ADDS_MASSES = false;

fn add_masses(base: Base, largest: f32, rate: Rate) {}

fn masses_of_lane() -> vec2<f32> {
  return vec2<f32>();
}

fn is_drawn(state: u32) -> bool {
  return state == FIRST || state == DRAWN;
}

fn kept_group(first: u32, end: u32) -> u32 {
  return first;
}
