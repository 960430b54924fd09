/** Calls planned in Node: no device, any limits, buffers of any size. */
import { recordingOf } from '../../src/call'
import type { Kernel } from '../../src/gpu/kernel'
import { type Dispatch, type Limits, MOST_WORK, type Plan } from '../../src/gpu/plan'
import type { Operation, Output } from '../../src/operation'
import type { Geometry } from '../../src/view'

/** A buffer for plans alone, which look at its size and usage. */
export const IMAGINED = { size: 2 ** 52, usage: 128 } as GPUBuffer

export const GPU_LIMITS: Limits = { bindingBytes: 2 ** 27, subgroups: false, wide: true, work: MOST_WORK }

export interface Planned {
  plan: Plan
  views: Readonly<Record<string, Geometry>>
  limits: Limits
  options: { batchSize: number; numClasses: number; numSamples: number }
}

/** What a call that records would do: `views` say where inputs and the outputs that are wanted lie. */
export function planned(
  operation: Operation,
  options: { batchSize: number; numClasses: number; numSamples?: number } & Record<string, unknown>,
  views: Readonly<Record<string, { offset?: number; rowStride?: number; type?: string; count?: number; of?: string }>>,
  limits: Partial<Limits> = {},
): Planned {
  const buffers = Object.entries(views).map(([name, view]) => [name, { buffer: IMAGINED, ...view }])
  const call = recordingOf(recorded(operation), { seed: 1, ...options, ...Object.fromEntries(buffers) })
  const all = { ...GPU_LIMITS, ...limits }
  const geometries = { ...call.inputs, ...call.outputs }
  const plan = operation.plan({ request: call.request, views: geometries, readBack: false, limits: all })
  return { plan, views: geometries, limits: all, options: { numSamples: 1, ...options } }
}

/** An operation that records all that it can write, its arguments among the options. */
function recorded(operation: Operation): Operation {
  const outputs = operation.outputs.map((output): Output =>
    output.encode === 'never' ? { ...output, encode: 'optional' } : output,
  )
  return { ...operation, outputs, options: [...operation.options, 'kind'] }
}

/** The dispatches of kernels by name, in their order. */
export function dispatchesOf({ plan }: Planned, ...names: Kernel['name'][]): Dispatch[] {
  return plan.dispatches.filter(({ kernel }) => names.includes(kernel.name))
}
