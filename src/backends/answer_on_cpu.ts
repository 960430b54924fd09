import { widened } from '../host_rows'
import type { Call, CpuOperation } from '../operation'
import { answerOf } from '../results'
import type { HostView } from '../view'

/** The answer to a checked call whose inputs are in host memory, by plain TypeScript in the thread that asks. */
export function answerOnCpu(call: Call<CpuOperation>): unknown {
  const { operation, request, wanted } = call
  const inputs = Object.entries(call.inputs).map(([name, view]) => [name, widened(view as HostView)] as const)
  return answerOf(call, operation.compute(request, Object.fromEntries(inputs), wanted))
}
