// What the parts of long rows find of each draw. The host counts its bytes: src/operations/gumbel_softmax_backward/plan.ts.

import package::gumbel_softmax_backward::found::Found;

// A kernel that only reads it may write grad_tau and grad_temperature into the same buffer, so that it is not read-only.
@group(0) @binding(8) var<storage, read_write> partials: array<Found>;
