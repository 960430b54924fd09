// What one row draws with. Kept in step with src/settings.ts, which a test compares. Twin: src/settings.ts.

struct RowSettings {
  temperature: f32,
  tau: f32,
  seed: vec2<u32>,  // low word, high word
  stream: u32,
  step: u32,
  top_k: u32,       // 0 keeps all
  top_p: f32,       // 1 keeps all
  min_p: f32,       // 0 keeps all
}
