// Writes a gradient of the temperature for each task, float32. Variant with the same signature: no_grad_temperature_out.wgsl.

import package::shared::params::params;

@group(0) @binding(11) var<storage, read_write> grad_temperature: array<f32>;

// A dispatch of later draws adds to what those before it gave.
fn write_grad_temperature(task: u32, value: f32) {
  let at = params.grad_temperature_offset + task;
  if (params.first_draw == 0u) {
    grad_temperature[at] = value;
  } else {
    grad_temperature[at] += value;
  }
}
