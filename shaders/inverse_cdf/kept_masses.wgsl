// Weighs the classes that a row keeps.

import package::filter::cutoffs::Cutoff;
import package::filter::end::{End, are_kept};
import package::filter::keys::{keys_of_bits, logit_of_key, logits_of_keys};
import package::shared::mass::{MassScale, Masses, mass_scale_of, masses_of};
import package::shared::score::KEY_LOWEST;

// Temperature 0 keeps the largest alone, which weigh alike at any temperature.
fn scale_of_row(cutoff: Cutoff, temperature: f32) -> MassScale {
  return mass_scale_of(logit_of_key(cutoff.top), select(temperature, 1.0, temperature == 0.0));
}

// The masses of the four classes from a column on, whose bits these are: 0 where a class is dropped or masked.
fn kept_masses(bits: vec4<u32>, column: u32, cutoff: Cutoff, scale: MassScale) -> Masses {
  let keys = keys_of_bits(bits);
  let masses = masses_of(logits_of_keys(max(keys, vec4<u32>(KEY_LOWEST))), scale);
  let kept = are_kept(keys, column, End(cutoff.key, cutoff.column));
  return Masses(select(vec4<u32>(), masses.low, kept), select(vec4<u32>(), masses.high, kept));
}
