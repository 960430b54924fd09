// Notes nothing, where nobody asks for statuses. Same signatures as taken.wgsl.

struct Taken {
  word: u32,
}

fn nothing_taken() -> Taken {
  return Taken(0u);
}

fn with_taken(before: Taken, logits: vec4<u32>, sums: vec4<u32>, left: vec4<u32>) -> Taken {
  return before;
}

fn store_taken(row: u32, part: u32, all: Taken) {}

fn note_penalized(row: u32, before: u32, after: u32, left: u32) {}
