// What a backward task gives beside gradients of logits, written out. Expects: params, SCALES; status, gather.

import package::gumbel_softmax_backward::scales::SCALES;
import package::shared::outputs::{OUTPUTS, OUTPUT_GRAD_TAU, OUTPUT_GRAD_TEMPERATURE, OUTPUT_STATUSES};
import package::shared::params::params;
import package::shared::reduce_workgroup::row_sum;
import package::shared::row_draw::RowDraw;
import package::shared::status::{status_of, statuses};

@group(0) @binding(10) var<storage, read_write> grad_tau: array<f32>;
@group(0) @binding(11) var<storage, read_write> grad_temperature: array<f32>;

// By all lanes of a row, in uniform control flow. A row has params.parts tasks, of which the first writes its status;
// `terms` are the lane's sums of d u and d l / (T tau) over the task's draws.
fn write_backward(task: u32, lane: u32, slot: u32, inside: bool, key: u32, terms: vec2<f32>, row: RowDraw) {
  if (SCALES) {
    let sum_u = row_sum(0u, slot, lane, terms.x);
    let sum_l = row_sum(1u, slot, lane, terms.y);
    if (inside && lane == 0u) {
      if ((OUTPUTS & OUTPUT_GRAD_TAU) != 0u) {
        grad_tau[params.grad_tau_offset + task] = -sum_u / row.tau;
      }
      if ((OUTPUTS & OUTPUT_GRAD_TEMPERATURE) != 0u) {
        grad_temperature[params.grad_temperature_offset + task] = -sum_l / row.temperature;
      }
    }
  }
  if (inside && lane == 0u && task % params.parts == 0u && (OUTPUTS & OUTPUT_STATUSES) != 0u) {
    statuses[params.status_offset + params.first_row + task / params.parts] = status_of(key);
  }
}
