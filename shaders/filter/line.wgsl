// Says where filters end that keep what is near enough to the largest logit, as min-p does.

import package::filter::keys::key_of_logit;
import package::shared::float_bits::LOWEST;
import package::shared::mass::opaque1;
import package::shared::noise::gumbels_of_exponentials;
import package::shared::row_settings::RowSettings;

// Logits of smaller keys are dropped; 0 drops none. Min-p drops what is T ln(m) under the largest: -ln(m) is the Gumbel noise of m.
fn line_key(largest: f32, settings: RowSettings) -> u32 {
  if (settings.min_p == 0.0) {
    return 0u;
  }
  let below = opaque1(settings.temperature * gumbels_of_exponentials(vec4<f32>(settings.min_p)).x);
  return key_of_logit(max(opaque1(largest - below), LOWEST));
}
