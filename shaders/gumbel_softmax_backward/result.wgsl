// Writes what a task of the gradient gives beside gradients of logits.

import package::gumbel_softmax_backward::grad_tau_out::write_grad_tau;
import package::gumbel_softmax_backward::grad_temperature_out::write_grad_temperature;
import package::gumbel_softmax_backward::row_status_out::write_row_status;
import package::gumbel_softmax_backward::scales::SCALES;
import package::shared::reduce_workgroup::{first_row_sum, second_row_sum};
import package::shared::row_settings::RowSettings;
import package::shared::status::status_of;

// By all lanes of a row, in uniform control flow. `key` is the largest of the task's draws, `terms` are the lane's sums of d u
// and d l / (T tau) over them.
fn write_backward(task: u32, lane: u32, slot: u32, inside: bool, key: u32, terms: vec2<f32>, row: RowSettings) {
  if (SCALES) {
    let sum_u = first_row_sum(slot, lane, terms.x);
    let sum_l = second_row_sum(slot, lane, terms.y);
    if (inside && lane == 0u) {
      write_grad_tau(task, -sum_u / row.tau);
      write_grad_temperature(task, -sum_l / row.temperature);
    }
  }
  if (inside && lane == 0u) {
    write_row_status(task, status_of(key));
  }
}
