// Sums are not wanted. Same signature as sum_out.wgsl.

import package::shared::gather::Scan;

fn write_sum(at: u32, found: Scan) {}
