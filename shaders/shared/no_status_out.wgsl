// Statuses are not wanted. Same signature as status_out.wgsl.

fn write_status(at: u32, status: u32) {}
