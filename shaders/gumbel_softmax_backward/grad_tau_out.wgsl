// Writes a gradient of tau for each task, float32. Variant with the same signature: no_grad_tau_out.wgsl.

import package::shared::params::params;

@group(0) @binding(10) var<storage, read_write> grad_tau: array<f32>;

// A dispatch of later draws adds to what those before it gave.
fn write_grad_tau(task: u32, value: f32) {
  let at = params.grad_tau_offset + task;
  if (params.first_draw == 0u) {
    grad_tau[at] = value;
  } else {
    grad_tau[at] += value;
  }
}
