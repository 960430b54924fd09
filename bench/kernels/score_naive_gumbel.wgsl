// The Gumbel-max that everyone writes first: a hash for a uniform of 23 bits, and -log(-log u) of it.
// Expects: seed, CLASSES.

fn pcg(state: u32) -> u32 {
  let x = state * 747796405u + 2891336453u;
  let word = ((x >> ((x >> 28u) + 4u)) ^ x) * 277803737u;
  return (word >> 22u) ^ word;
}

fn score(logit: f32, row: u32, class_: u32) -> f32 {
  let u = (f32(pcg((row * CLASSES + class_) ^ seed) >> 9u) + 0.5) / 8388608.0;
  return logit - log(-log(u));
}
