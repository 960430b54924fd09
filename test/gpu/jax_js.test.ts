/** The recipe of examples/jax_js.ts, against the CPU backend and central differences. */
import { getWebGPUDevice, numpy as np } from '@jax-js/jax'
import { type Sampler, gumbelSoftmaxBackwardSync, gumbelSoftmaxSync, sampleSync } from 'gumbel-webgpu'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Model,
  type RelaxedDraw,
  drawIds,
  jaxSampler,
  noisyGradients,
  relaxedGradients,
} from '../../examples/jax_js'
import { expectSame } from '../helpers/compare'
import { readBuffer } from '../helpers/gpu'
import { randomLogits } from '../helpers/logits'
import { expectWithin } from '../helpers/soft'

const [rows, inputs, classes] = [4, 3, 5]
const x = randomLogits('normal', rows, inputs, 1)
const w = randomLogits('normal', inputs, classes, 2)
const target = randomLogits('normal', rows, classes, 3)
const draw = { seed: 42n, step: 3, tau: 0.7 } satisfies RelaxedDraw

const arrays = () => ({
  x: np.array(x, { shape: [rows, inputs] }),
  target: np.array(target, { shape: [rows, classes] }),
  weights: np.array(w, { shape: [inputs, classes] }),
})

/** Logits `x w`, and how far samples are from a target, squared. */
function modelOf({ x, target }: Pick<ReturnType<typeof arrays>, 'x' | 'target'>): Model {
  return {
    logitsOf: (weights) => np.matmul(x.ref, weights),
    lossOf: (samples) => np.sum(np.square(samples.sub(target.ref))),
  }
}

/** The same in float64. */
function logitsAt(weights: ArrayLike<number>): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: rows * classes }, (_, i) => {
    const [r, c] = [Math.floor(i / classes), i % classes]
    let sum = 0
    for (let k = 0; k < inputs; k++) sum += x[r * inputs + k] * weights[k * classes + c]
    return sum
  })
}

function lossAt(weights: ArrayLike<number>): number {
  const { samples } = gumbelSoftmaxSync(logitsAt(weights), { ...draw, numClasses: classes })
  return samples.reduce((sum, y, i) => sum + (y - target[i]) ** 2, 0)
}

/** Central differences of the loss of the CPU backend's samples. */
function slopes(): number[] {
  const h = 2 ** -7
  return Array.from(w, (_, i) => {
    const at = (by: number) => lossAt(w.map((each, j) => (i === j ? each + by : each)))
    return (at(h) - at(-h)) / (2 * h)
  })
}

// jax-js takes a device of its own, and knows browsers alone.
describe('the recipe of jax-js', () => {
  let sampler: Sampler

  beforeAll(async () => {
    sampler = await jaxSampler()
  })

  afterAll(() => sampler.destroy())

  test('draws ids of the CPU backend from an array, into a buffer', async () => {
    const wide = randomLogits('normal', 64, 100, 4)
    const ids = await drawIds(sampler, np.array(wide, { shape: [64, 100] }), draw)
    const { seed, step } = draw
    const expected = sampleSync(wide, { seed, step, numClasses: 100 }).indices
    expectSame(new Int32Array(await readBuffer(getWebGPUDevice(), ids)), expected, 'ids')
    ids.destroy()
  })

  test('joins two vjp to a gradient that is the slope of the loss', async () => {
    const { weights, ...data } = arrays()
    const found = await relaxedGradients(sampler, modelOf(data), weights, draw)
    expect(found.loss.shape).toEqual([])
    expect(Number(await found.loss.jsAsync())).toBeCloseTo(lossAt(w), 4)
    expect(found.weights.shape).toEqual([inputs, classes])
    const expected = slopes()
    const gradient = (await found.weights.data()) as Float32Array
    expectWithin(gradient, expected, (e) => 5e-3 * (1 + Math.abs(e)), 'central differences')
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.1)
    data.x.dispose()
    data.target.dispose()
  })

  test('gives the straight-through gradient with hard', async () => {
    const { weights, ...data } = arrays()
    const found = await relaxedGradients(sampler, modelOf(data), weights, { ...draw, hard: true })
    // The gradient of the loss at hard samples, back through the soft ones.
    const logits = logitsAt(w)
    const options = { ...draw, numClasses: classes }
    const hard = gumbelSoftmaxSync(logits, { ...options, hard: true }).samples
    const gradSamples = hard.map((y, i) => 2 * (y - target[i]))
    const { gradLogits } = gumbelSoftmaxBackwardSync(gradSamples, logits, options)
    const expected = Array.from(w, (_, i) => {
      const [k, c] = [Math.floor(i / classes), i % classes]
      let sum = 0
      for (let r = 0; r < rows; r++) sum += x[r * inputs + k] * gradLogits[r * classes + c]
      return sum
    })
    expectWithin((await found.weights.data()) as Float32Array, expected, (e) => 1e-4 * (1 + Math.abs(e)), 'gradient')
    found.loss.dispose()
    data.x.dispose()
    data.target.dispose()
  })

  test('takes noise as a constant to a gradient of its own', async () => {
    const { weights, ...data } = arrays()
    const gradient = await noisyGradients(sampler, modelOf(data), weights, draw)
    expectWithin((await gradient.data()) as Float32Array, slopes(), (e) => 5e-3 * (1 + Math.abs(e)), 'slopes')
    data.x.dispose()
    data.target.dispose()
  })
})
