// Takes one setting of each row from a caller's buffer to where the row's settings lie. An invocation takes one row's. A value
// out of range, which draws cannot take, leaves the row a temperature of -1, by which they know it. Planned by src/gpu/row_settings.ts.

import package::shared::params::params;

override WORD: u32 = 0u;         // of `RowSettings`
override KIND: u32 = 0u;         // in step with `KINDS` in src/settings.ts
override RELAXED: bool = false;  // a temperature or tau of 0 is out of range

const SCALE = 0u;
const PART = 1u;
const COUNT = 2u;
const SEED = 4u; // and 3 a word, which may be anything
const MIN_SCALE = 0x219392efu; // 1e-18
const MAX_SCALE = 0x5d5e0b6bu; // 1e18
const ONE = 0x3f800000u;
const MIN_NORMAL = 0x00800000u;
const OUT_OF_RANGE = 0xbf800000u; // -1

@group(0) @binding(22) var<storage, read_write> settings_out: array<u32>;
@group(0) @binding(23) var<storage, read> settings_in: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let row = (workgroup.y * workgroups.x + workgroup.x) * 64u + index;
  if (row >= params.rows) {
    return;
  }
  let at = params.rows_in_offset + row * params.rows_in_stride;
  let out = row * params.rows_out_stride;
  let word = settings_in[at];
  if (KIND == SEED) {
    settings_out[out + WORD + 1u] = settings_in[at + 1u];
  }
  let zero = (word & 0x7fffffffu) == 0u && !RELAXED;
  var ok = true;
  if (KIND == SCALE) {
    ok = zero || (word >= MIN_SCALE && word <= MAX_SCALE);
  }
  if (KIND == COUNT) {
    ok = word <= 0x7fffffffu;
  }
  if (KIND == PART) {
    ok = zero || word <= ONE;
  }
  // What devices may flush is 0: only parts may be so small.
  let small = (KIND == SCALE && zero) || (KIND == PART && word < MIN_NORMAL);
  settings_out[out + WORD] = select(select(word, 0u, small), ONE, !ok);
  if (!ok) {
    settings_out[out] = OUT_OF_RANGE;
  }
}
