// Says where min-p ends.

import package::filter::keys::key_of_logit;
import package::shared::float_bits::LOWEST;
import package::shared::mass::opaque1;
import package::shared::noise::gumbels_of_exponentials;
import package::shared::row_settings::RowSettings;

// Logits of smaller keys are dropped by min-p: T ln(m) under the largest. -ln(m) is the Gumbel noise of m.
fn min_p_key(largest: f32, settings: RowSettings) -> u32 {
  let below = opaque1(settings.temperature * gumbels_of_exponentials(vec4<f32>(settings.min_p)).x);
  return key_of_logit(max(opaque1(largest - below), LOWEST));
}
