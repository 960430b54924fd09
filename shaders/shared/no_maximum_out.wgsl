// Largest logits are not wanted. Same signature as maximum_out.wgsl.

import package::shared::gather::Scan;

fn write_maximum(at: u32, found: Scan) {}
