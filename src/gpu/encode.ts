/** Plans put into a command encoder. */

import type { Settings } from '../settings'
import type { Context } from './context'
import { PARAMS_BYTES, writeParams } from './params'
import { bindGroupOf, pipelineOf } from './pipelines'
import type { Dispatch } from './plan'
import { workgroupsOf } from './slices'
import type { Uniforms } from './scratch'

/** What dispatches bind beside their plan. */
export interface Resources {
  /** Of views and of scratch, by name. */
  buffers: ReadonlyMap<string, GPUBuffer>
  /** What the first row and those after it draw with. */
  settings: Settings
  /** The same a row, where any of it is. */
  rowSettings?: GPUBufferBinding
  uniforms: Uniforms
}

/** Records dispatches in one pass. */
export function encodeDispatches(
  { device }: Context,
  encoder: GPUCommandEncoder,
  label: string,
  dispatches: readonly Dispatch[],
  { buffers, settings, rowSettings, uniforms }: Resources,
): void {
  const pass = encoder.beginComputePass({ label })
  const { streamStride } = settings
  for (const { kernel, params, bindings, workgroups } of dispatches) {
    const pipeline = pipelineOf(device, kernel)
    const resources: Record<string, GPUBufferBinding> = {
      params: uniforms.bind(PARAMS_BYTES, (into) => writeParams(into, settings, { streamStride, ...params })),
    }
    if (rowSettings && pipeline.bindings.has('row_settings')) resources.row_settings = rowSettings
    for (const [name, { of, offset, size }] of Object.entries(bindings))
      resources[name] = { buffer: buffers.get(of)!, offset, size }
    pass.setPipeline(pipeline.pipeline)
    pass.setBindGroup(0, bindGroupOf(device, pipeline, resources))
    pass.dispatchWorkgroups(...workgroupsOf(workgroups))
  }
  pass.end()
}
