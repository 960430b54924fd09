// The order of classes in a contest: by the score, then by its remainder, then the lower class first.

struct Best {
  key: u32,        // of the score
  remainder: f32,
  class_: u32,
}

fn no_best() -> Best {
  return Best(0u, 0.0, 0xffffffffu);
}

fn better_of(a: Best, b: Best) -> Best {
  let nearer = b.remainder > a.remainder || (b.remainder == a.remainder && b.class_ < a.class_);
  if (b.key > a.key || (b.key == a.key && nearer)) {
    return b;
  }
  return a;
}
