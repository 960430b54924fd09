// Gradients of the temperature are not wanted. Same signature as grad_temperature_out.wgsl.

fn write_grad_temperature(task: u32, value: f32) {}
