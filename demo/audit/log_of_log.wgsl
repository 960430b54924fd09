// What samplers usually compute, by the builtin: -log(-log(u)), for the floats u = 1 - (i + 1) / 2^24 just below 1.

@group(0) @binding(0) var<storage, read_write> noise: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let u = 1.0 - f32(id.x + 1u) * 0x1p-24;
  noise[id.x] = -log(-log(u));
}
