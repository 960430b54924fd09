// Reads row settings where each row has its own. Same signature as row_settings_uniform.wgsl.

import package::shared::row_settings::RowSettings;

@group(0) @binding(2) var<storage, read> row_settings: array<RowSettings>;

// Of a row, which counts in the batch.
fn row_settings_of(row: u32) -> RowSettings {
  return row_settings[row];
}
