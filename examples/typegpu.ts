/**
 * Draws of buffers of TypeGPU (`typegpu` 0.12), on its own device: logits and ids stay where they are.
 *
 * `root.unwrap()` gives the buffer of a buffer; usage `'storage'` is what this library needs of it. TypeGPU records commands of its own when
 * they are run, so what made the logits has been submitted before this draw.
 */
import { type Sampler, createSampler } from 'gumbel-webgpu'
import type { StorageFlag, TgpuBuffer, TgpuRoot } from 'typegpu'
import type { F32, I32, WgslArray } from 'typegpu/data'

/** A sampler on the device of `root`, which stays TypeGPU's. */
export function samplerOf(root: TgpuRoot): Promise<Sampler> {
  return createSampler({ device: root.device })
}

/** Draws a class of each row of `logits`, `[batchSize, numClasses]`, into `ids`, `[batchSize]`, and submits it. */
export function drawIds(
  root: TgpuRoot,
  sampler: Sampler,
  logits: TgpuBuffer<WgslArray<F32>> & StorageFlag,
  ids: TgpuBuffer<WgslArray<I32>> & StorageFlag,
  draw: { seed: bigint; step: number; temperature?: number },
): void {
  const batchSize = ids.dataType.elementCount
  const encoder = root.device.createCommandEncoder()
  sampler.encodeSample(encoder, {
    ...draw,
    batchSize,
    numClasses: logits.dataType.elementCount / batchSize,
    logits: { buffer: root.unwrap(logits) },
    indices: { buffer: root.unwrap(ids) },
  })
  root.device.queue.submit([encoder.finish()])
}
