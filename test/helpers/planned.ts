import type { SampleOptions } from 'gumbel-webgpu'
import { type Rows, requestOf } from '../../src/request'
import { Context } from '../../src/webgpu/context'
import type { Outputs } from '../../src/webgpu/outputs'
import { type Plan, planSample } from '../../src/webgpu/plan'
import { recordSample } from '../../src/webgpu/record_sample'
import type { TestGpu } from './gpu'

export interface PlannedDraw {
  plan: Plan
  indices: Int32Array
  logProbs: Float32Array
  scores: Float32Array
  statuses: Uint32Array
}

/**
 * Draws as on a device whose bindings hold `maxBindingBytes`, or with a plan changed by `adjust`, and with or without
 * subgroups: the paths that only huge logits and other devices take.
 */
export async function drawPlanned(
  { device, buffer, read, upload }: TestGpu,
  data: Float32Array<ArrayBuffer>,
  rows: Rows,
  options: SampleOptions,
  how: { maxBindingBytes?: number; subgroups?: boolean; wide?: boolean; adjust?: (plan: Plan) => Plan },
): Promise<PlannedDraw> {
  const request = requestOf(options)
  const { batchSize, numClasses, numSamples } = request
  const { maxBindingBytes = device.limits.maxStorageBufferBindingSize, subgroups = false, wide = true, adjust } = how
  const shape = { batchSize, numClasses, numSamples, rows, maxBindingBytes, wide }
  const plan = adjust ? adjust(planSample(shape)) : planSample(shape)
  const views = Array.from({ length: 4 }, () => ({ buffer: buffer(4 * batchSize * numSamples) }))
  const [indices, logProbs, scores, statuses] = views
  const params: Outputs['params'] = {
    indexWords: 1,
    indexOffset: 0,
    logProbOffset: 0,
    scoreOffset: 0,
    statusOffset: 0,
  }
  const context = new Context(device, { subgroups, wide })
  const encoder = device.createCommandEncoder()
  const pass = encoder.beginComputePass()
  recordSample({
    context,
    pass,
    request,
    plan,
    firstRow: 0,
    logits: upload(data),
    rowParams: context.rowParamsOf(request),
    outputs: { indices, logProbs, scores, statuses, params },
    uniforms: context.uniforms,
    partials: (bytes) => context.partials.atLeast(bytes),
  })
  pass.end()
  device.queue.submit([encoder.finish()])
  context.destroy()
  const results = await Promise.all(views.map((view) => read(view.buffer)))
  return {
    plan,
    indices: new Int32Array(results[0]),
    logProbs: new Float32Array(results[1]),
    scores: new Float32Array(results[2]),
    statuses: new Uint32Array(results[3]),
  }
}
