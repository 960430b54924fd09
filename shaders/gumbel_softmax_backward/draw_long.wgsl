// The gradient of one draw of a row too long to hold, by two reads of it and noise made anew: a variant of draw_held.wgsl.

import package::gumbel_softmax_backward::found::gather_weighed;
import package::gumbel_softmax_backward::gradient::softmax_of;
import package::gumbel_softmax_backward::spread::spread;
import package::gumbel_softmax_backward::tasks::{Draw, Gradient, Task};
import package::gumbel_softmax_backward::weigh::weigh;
import package::shared::math::rate_of;
import package::shared::row_settings::RowSettings;

// Adds the gradient of one draw to what lies at its place, or writes it if it is the task's first. Uniform control flow only.
fn add_draw(at: Draw, task: Task, row: RowSettings) -> Gradient {
  let lane = task.lane;
  let slot = task.slot;
  let rate = rate_of(row.temperature, row.tau);
  let groups = (at.classes + 7u) / 8u;
  let mine = weigh(at.base, at.in_base, at.out_base, row, at.number, 0u, groups, lane);
  let whole = gather_weighed(lane, slot, mine, at.in_base, rate);
  let softmax = softmax_of(whole, at.base, rate);
  let terms = spread(at.base, at.in_base, at.out_base, row, at.number, 0u, groups, lane, softmax, at.is_first);
  return Gradient(whole.scan.key, terms);
}
