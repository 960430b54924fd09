/** Calls that record into the caller's encoder. */

import type { Recording } from '../call'
import { type View, windowOf } from '../view'
import { type Context, requireSettings } from './context'
import { encodeDispatches } from './encode'
import type { Plan } from './plan'
import { planRowSettings } from './row_settings'

/**
 * Puts a checked call into the caller's encoder, and submits nothing.
 * @throws RangeError, TypeError naming what does not fit this device, or each other
 */
export function record(context: Context, encoder: GPUCommandEncoder, call: Recording): void {
  const { operation, request, inputs, outputs } = call
  if (request.batchSize === 0) return
  requireApart(Object.values(outputs), [...Object.values(inputs), ...Object.values(request.settings.buffers ?? {})])
  const { settings } = request
  const { dispatches, scratch } = recordingPlan(context, call)
  const buffers = new Map<string, GPUBuffer>()
  for (const [name, { buffer }] of Object.entries({ ...inputs, ...outputs })) if (buffer) buffers.set(name, buffer)
  for (const [name, bytes] of Object.entries(scratch)) buffers.set(name, context.recordedScratch.atLeast(name, bytes))
  for (const [name, { buffer }] of Object.entries(settings.buffers ?? {})) buffers.set(`settings ${name}`, buffer!)
  context.recording(encoder, (uniforms) => {
    const rowSettings = settings.rows && uniforms.rowSettings(settings.rows.words)
    if (rowSettings) buffers.set('row settings', rowSettings.buffer)
    // What else rows draw with that the caller gave as values.
    for (const [name, { data }] of Object.entries(inputs))
      if (data) buffers.set(name, uniforms.rowSettings(new Uint32Array(data.buffer as ArrayBuffer)).buffer)
    const resources = { buffers, settings, uniforms, ...(rowSettings ? { rowSettings } : {}) }
    encodeDispatches(context, encoder, `gumbel-webgpu ${operation.name}`, dispatches, resources)
  })
}

/**
 * What a checked call that records does on a device.
 * @throws RangeError naming what does not fit this device
 */
export function recordingPlan({ limits }: Context, { operation, request, inputs, outputs }: Recording): Plan {
  const { settings, batchSize } = request
  if (settings.rows) requireSettings(settings.rows, limits)
  const { dispatches, scratch } = operation.plan({ request, views: { ...inputs, ...outputs }, readBack: false, limits })
  const taken = planRowSettings(settings, batchSize, request.relaxed)
  return { dispatches: [...taken, ...dispatches], scratch }
}

/** WebGPU refuses outputs whose bindings overlap, and outputs in a buffer that is read. */
function requireApart(outputs: readonly View[], inputs: readonly View[]): void {
  outputs.forEach((a, i) => {
    if (inputs.some(({ buffer }) => buffer === a.buffer))
      throw new TypeError(`${a.name}.buffer is also read; results need a buffer of their own`)
    for (const b of outputs.slice(0, i)) {
      if (a.buffer !== b.buffer) continue
      const [one, other] = [windowOf(a, 0, a.rows), windowOf(b, 0, b.rows)]
      if (one.offset < other.offset + other.size && other.offset < one.offset + one.size)
        throw new RangeError(
          `${a.name} and ${b.name} share 256-byte blocks of one buffer; put them in blocks or buffers of their own`,
        )
    }
  })
}
