import { answerOnCpu } from './backends/answer_on_cpu'
import { callOf } from './call'
import { sampleOnCpu } from './operations/sample/operation'
import type { SampleCallOptions, SampleResult } from './operations/sample/options'
import type { BufferLogits, Logits } from './options'

/**
 * Draws as `Sampler.sample` does, the same tokens, on the CPU and at once: for hooks that cannot wait for a promise.
 * @throws RangeError or TypeError naming the parameter, InvalidRowsError
 */
export function sampleSync(logits: Exclude<Logits, BufferLogits>, options: SampleCallOptions): SampleResult {
  return answerOnCpu(callOf(sampleOnCpu, { logits }, options, false)) as SampleResult
}
