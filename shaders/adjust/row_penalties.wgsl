// What a row is penalized with, in words. Kept in step with PENALTY_FIELDS in src/adjust/views.ts, which a test compares.

const PENALTY_WORDS = 6u;

struct RowPenalties {
  repetition: f32,
  inverse: f32,        // of it
  frequency: f32,
  presence: f32,
  length: u32,         // tokens that the row has
  prompt_length: u32,  // of which these are the prompt's
}
