// Remainders are not wanted. Same signature as remainder_out.wgsl.

import package::shared::gather::Scan;

fn write_remainder(at: u32, found: Scan) {}
