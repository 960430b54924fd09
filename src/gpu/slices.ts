/** How the work of a call is cut into dispatches. */

import { elementsThatFit, rowsThatFit } from '../view'
import type { Slice, Work } from './plan'

/**
 * Slices of whole rows, as many as fit bindings and the bound of work; where the draws of a row do not, slices of its draws.
 * `drawBytes` is what a draw leaves in a scratch buffer, `drawWork` what it takes, in classes.
 * @throws RangeError where a draw of a row does not fit
 */
export function slicesOf(work: Work, drawBytes = 0, drawWork = work.request.numClasses): Slice[] {
  const { request, views, limits } = work
  const { batchSize, numClasses, numSamples } = request
  let rowsFit = Infinity
  let drawsFit = Math.max(1, Math.floor(limits.work / drawWork))
  // What the parts of the longest row leave, 64 pieces of a thousand parts, is far less than any device's binding.
  if (drawBytes > 0) drawsFit = Math.min(drawsFit, Math.max(1, Math.floor(limits.bindingBytes / drawBytes)))
  for (const [name, view] of Object.entries(views)) {
    const fit = rowsThatFit(view, limits.bindingBytes)
    if (fit === 0)
      throw new RangeError(
        `numClasses is ${numClasses}; a row of ${name} must fit ${limits.bindingBytes} bytes on this device (maxStorageBufferBindingSize)`,
      )
    if (view.per === 'row') rowsFit = Math.min(rowsFit, fit)
    else drawsFit = Math.min(drawsFit, fit)
  }
  const whole = { firstClass: 0, classes: numClasses, parts: 1, firstPart: 0 }
  const slices: Slice[] = []
  if (drawsFit >= numSamples) {
    const step = Math.min(rowsFit, Math.floor(drawsFit / numSamples))
    for (let firstRow = 0; firstRow < batchSize; firstRow += step)
      slices.push({ ...whole, firstRow, rows: Math.min(step, batchSize - firstRow), firstDraw: 0, draws: numSamples })
  } else
    for (let firstRow = 0; firstRow < batchSize; firstRow++)
      for (let firstDraw = 0; firstDraw < numSamples; firstDraw += drawsFit)
        slices.push({ ...whole, firstRow, rows: 1, firstDraw, draws: Math.min(drawsFit, numSamples - firstDraw) })
  return slices
}

/** Classes that a binding and a dispatch take of one row. */
export function mostClasses({ views, limits }: Work): number {
  return Math.min(elementsThatFit(views.logits, limits.bindingBytes), Math.max(limits.work, 8))
}

const MOST_WORKGROUPS = 65535

/** Workgroup counts in two dimensions for at least `count` workgroups; kernels number them row by row. */
export function workgroupsOf(count: number): [number, number] {
  const x = Math.min(count, MOST_WORKGROUPS)
  return [x, Math.ceil(count / x)]
}
