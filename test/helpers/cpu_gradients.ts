/** Gradients of a GPU beside those of the CPU. */

import {
  type GumbelSoftmaxBackwardCallOptions,
  type GumbelSoftmaxOptions,
  type Values,
  createSampler,
} from 'gumbel-webgpu'
import { expect } from 'vitest'
import { placed } from './fuzz/cases'
import type { TestGpu } from './gpu'
import { expectGradients, expectWithin } from './soft'

export type Options = Omit<GumbelSoftmaxBackwardCallOptions, 'logSamples'> & GumbelSoftmaxOptions

// It is float64 inside: test/cpu/gumbel_softmax_backward.test.ts.
export const cpu = await createSampler({ backend: 'cpu' })
export const WANTED = { gradTau: true, gradTemperature: true }

export type Rows = { data: Float32Array<ArrayBuffer>; offset?: number; rowStride?: number }

/** Fails unless the GPU's gradients, of given samples or without, are the CPU's without: within 1e-4, relatively, or 1e-6 of a row's largest, or 1e-5 of what cancels. */
export async function expectCpuGradients(
  sampler: TestGpu['sampler'],
  gradSamples: Rows,
  logits: Rows,
  options: Options,
  samples?: Values,
): Promise<void> {
  const { batchSize, numClasses, numSamples = 1, tau, temperature } = options
  const what = `[${batchSize}, ${numClasses}] x ${numSamples}, T ${temperature}, tau ${tau}`
  const actual = await sampler.gumbelSoftmaxBackward(gradSamples, logits, { ...options, ...WANTED, samples })
  const expected = await cpu.gumbelSoftmaxBackward(gradSamples, logits, { ...options, ...WANTED })
  expectGradients(actual.gradLogits, expected.gradLogits, numClasses, `${what}: logits`)
  expect(actual.invalidRows).toEqual(expected.invalidRows)
  const sizes = await sizesOf(gradSamples, logits, options)
  for (const name of ['gradTau', 'gradTemperature'] as const)
    expectWithin(
      actual[name],
      expected[name]!,
      (e, r) => 1e-4 * Math.abs(e) + 1e-5 * sizes[name][r],
      `${what}: ${name}`,
    )
  let wrong = 0
  expected.gradLogits.forEach((_, i) => {
    const at = (logits.offset ?? 0) + Math.floor(i / numClasses) * (logits.rowStride ?? numClasses) + (i % numClasses)
    if (logits.data[at] === -Infinity && !Object.is(actual.gradLogits[i], 0)) wrong++
  })
  expect(wrong, `${what}: masked classes whose gradient is not 0`).toBe(0)
}

/** Rows with NaN between them, which must not matter. */
export function spread(packed: Float32Array, numClasses: number, offset: number, gap: number): Rows {
  return placed(packed, numClasses, { where: 'view', offset, gap })
}

/** What gradients of tau and temperature would be, up to rounding, if nothing cancelled. */
async function sizesOf(gradSamples: Rows, logits: Rows, options: Options) {
  const { batchSize, numClasses, numSamples = 1 } = options
  const { samples } = await cpu.gumbelSoftmax(logits, { ...options, hard: false })
  const sizes = { gradTau: new Float64Array(batchSize), gradTemperature: new Float64Array(batchSize) }
  const at = (values: number | ArrayLike<number> = 1, r: number) => (typeof values === 'number' ? values : values[r])
  for (let draw = 0; draw < batchSize * numSamples; draw++) {
    const r = Math.floor(draw / numSamples)
    const [tau, temperature] = [at(options.tau, r), at(options.temperature, r)]
    const y = samples.subarray(draw * numClasses, (draw + 1) * numClasses)
    const valueAt = (c: number) =>
      gradSamples.data[(gradSamples.offset ?? 0) + draw * (gradSamples.rowStride ?? numClasses) + c]
    const logitAt = (c: number) => logits.data[(logits.offset ?? 0) + r * (logits.rowStride ?? numClasses) + c]
    let best = 0
    for (let c = 1; c < numClasses; c++) if (y[c] > y[best]) best = c
    let mean = 0
    for (let c = 0; c < numClasses; c++) if (y[c] > 0) mean += y[c] * (valueAt(c) - valueAt(best))
    for (let c = 0; c < numClasses; c++) {
      if (y[c] === 0) continue
      const d = Math.abs(y[c] * (valueAt(c) - valueAt(best) - mean))
      sizes.gradTau[r] += (d * Math.abs(Math.log(y[c] / y[best]))) / tau
      sizes.gradTemperature[r] += (d * Math.abs(logitAt(c) - logitAt(best))) / tau / temperature / temperature
    }
  }
  return sizes
}
