// Says where the kept classes of a row end: those of larger keys are kept, and those of this key up to this column.

struct End {
  key: u32,
  column: u32,
}

fn is_kept(key: u32, column: u32, end: End) -> bool {
  return key > end.key || (key == end.key && column <= end.column);
}

fn are_kept(keys: vec4<u32>, first_column: u32, end: End) -> vec4<bool> {
  let columns = vec4<u32>(first_column) + vec4<u32>(0u, 1u, 2u, 3u);
  return (keys > vec4<u32>(end.key)) | ((keys == vec4<u32>(end.key)) & (columns <= vec4<u32>(end.column)));
}

fn earlier_of(a: End, b: End) -> End {
  if (b.key > a.key || (b.key == a.key && b.column < a.column)) {
    return b;
  }
  return a;
}
