// Gives every class of the row that is read. Variant with the same signatures: kept_row.wgsl.

// Before the row is read.
fn take_row(row: u32) {}

// Bits of classes 4 * four and up.
fn row_four(bits: vec4<u32>, four: u32) -> vec4<u32> {
  return bits;
}
