// What the parts of long rows find: a part writes its own, and another dispatch brings them together.

import package::shared::gather::Scan;

@group(0) @binding(8) var<storage, read_write> partials: array<Scan>;
