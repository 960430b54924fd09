import { answerOnCpu } from './backends/answer_on_cpu'
import { callOf } from './call'
import { gumbelSoftmaxOnCpu } from './operations/gumbel_softmax/operation'
import type {
  GumbelSoftmaxCallOptions,
  GumbelSoftmaxResult,
  LogGumbelSoftmaxCallOptions,
  LogGumbelSoftmaxResult,
} from './operations/gumbel_softmax/options'
import { gumbelSoftmaxBackwardOnCpu } from './operations/gumbel_softmax_backward/operation'
import type {
  GumbelSoftmaxBackwardCallOptions,
  GumbelSoftmaxBackwardResult,
} from './operations/gumbel_softmax_backward/options'
import type { BufferLogits, BufferValues, Logits, Values } from './options'

/**
 * Relaxed samples as `Sampler.gumbelSoftmax` gives them, on the CPU and at once: for hooks that cannot wait for a promise.
 * @throws RangeError or TypeError naming the parameter, InvalidRowsError
 */
export function gumbelSoftmaxSync(
  logits: Exclude<Logits, BufferLogits>,
  options: LogGumbelSoftmaxCallOptions,
): LogGumbelSoftmaxResult
export function gumbelSoftmaxSync(
  logits: Exclude<Logits, BufferLogits>,
  options: GumbelSoftmaxCallOptions,
): GumbelSoftmaxResult
export function gumbelSoftmaxSync(
  logits: Exclude<Logits, BufferLogits>,
  options: GumbelSoftmaxCallOptions | LogGumbelSoftmaxCallOptions,
): unknown {
  return answerOnCpu(callOf(gumbelSoftmaxOnCpu, { logits }, options, false))
}

/**
 * The gradient as `Sampler.gumbelSoftmaxBackward` gives it, on the CPU and at once.
 * @throws RangeError or TypeError naming the parameter, InvalidRowsError
 */
export function gumbelSoftmaxBackwardSync(
  gradSamples: Exclude<Values, BufferValues>,
  logits: Exclude<Logits, BufferLogits>,
  options: GumbelSoftmaxBackwardCallOptions,
): GumbelSoftmaxBackwardResult {
  return answerOnCpu(
    callOf(gumbelSoftmaxBackwardOnCpu, { gradSamples, logits }, options, false),
  ) as GumbelSoftmaxBackwardResult
}
