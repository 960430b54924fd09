// Gives row settings where all rows have the same, but for their streams. Variant with the same signature: row_settings_buffer.wgsl.

import package::shared::params::params;
import package::shared::row_settings::RowSettings;

// Of a row, which counts in the batch.
fn row_settings_of(row: u32) -> RowSettings {
  var settings = params.settings;
  settings.stream += row * params.stream_stride;
  return settings;
}
