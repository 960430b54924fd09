// Statuses are not wanted. Same signature as row_status_out.wgsl.

fn write_row_status(task: u32, status: u32) {}
