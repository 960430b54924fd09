// Gradients of tau are not wanted. Same signature as grad_tau_out.wgsl.

fn write_grad_tau(task: u32, value: f32) {}
