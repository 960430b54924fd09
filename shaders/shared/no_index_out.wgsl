// Indices are not wanted. Same signature as index_out.wgsl.

fn write_index(at: u32, class_: u32, status: u32) {}
