import type { Tools } from './inputs'

/** One call, or a few that belong together, with inputs of its own. @throws Error where a result is not the CPU's */
export type Call = (tools: Tools) => Promise<void>

/** Records with `record`, and submits. */
export async function submitted({ device }: Tools, record: (encoder: GPUCommandEncoder) => void): Promise<void> {
  const encoder = device.createCommandEncoder({ label: 'soak' })
  record(encoder)
  device.queue.submit([encoder.finish()])
}
