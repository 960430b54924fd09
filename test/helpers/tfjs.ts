/** What draws of TensorFlow.js keep, on any of its backends; the caller has set that. */
import type * as tfjs from '@tensorflow/tfjs-core'
import { gumbelSoftmaxBackwardSync, gumbelSoftmaxSync, sampleSync } from 'gumbel-webgpu'
import { type TfGumbelSoftmaxOptions, type TfSampler, tfSampler } from 'gumbel-webgpu/tfjs'
import { expect } from 'vitest'
import { expectSame } from './compare'
import { randomLogits } from './logits'
import { expectGradients, expectLogs, expectSamples, expectWithin } from './soft'

type Tf = typeof tfjs
type Tensor = tfjs.Tensor

/** Of a length that is a multiple of four, and of one that is not; few lengths, as each has kernels of its own. */
const SHAPES = [[7], [5, 12], [2, 3, 7]] as const
const DRAW = { seed: 2n ** 63n + 1n, step: 3, temperature: 0.8 }

/** The sizes of a call on logits of a shape. */
function sizesOf(shape: readonly number[]) {
  const numClasses = shape.at(-1)!
  return { numClasses, batchSize: shape.reduce((a, b) => a * b, 1) / numClasses }
}

export interface Case {
  name: string
  run(tf: Tf): Promise<void>
}

/** A case with a sampler, after which no tensors are left, unless TensorFlow.js forgets some where gradients throw. */
function using(name: string, body: (tf: Tf, made: TfSampler) => Promise<void>, forgets = false): Case {
  return {
    name,
    async run(tf) {
      const made = await tfSampler(tf)
      const before = tf.memory().numTensors
      tf.engine().startScope()
      await body(tf, made)
      tf.engine().endScope()
      if (!forgets) expect(tf.memory().numTensors).toBe(before)
      made.sampler.destroy()
    },
  }
}

/** The gradient of `sum(gradSamples * gumbelSoftmax(logits))`, in logits and, where it is a tensor, in tau. */
function gradientsOf(
  tf: Tf,
  { gumbelSoftmax }: TfSampler,
  logits: Tensor,
  weights: Tensor,
  options: TfGumbelSoftmaxOptions,
) {
  const { tau } = options
  if (typeof tau !== 'object')
    return [tf.grad((x: Tensor) => tf.sum(tf.mul(weights, gumbelSoftmax(x, options))))(logits)]
  const loss = (x: Tensor, t: Tensor) => tf.sum(tf.mul(weights, gumbelSoftmax(x, { ...options, tau: t })))
  return tf.grads(loss)([logits, tau])
}

export const CASES: Case[] = [
  ...SHAPES.flatMap((shape) => [
    using(`samples and classes of logits of rank ${shape.length} are the library's`, async (tf, made) => {
      const { batchSize, numClasses } = sizesOf(shape)
      const data = randomLogits('masked', batchSize, numClasses, 1)
      const logits = tf.tensor(data, [...shape])
      const options = { ...DRAW, tau: 0.5 }
      const at = { ...options, batchSize, numClasses }
      const soft = made.gumbelSoftmax(logits, options)
      expect([soft.shape, soft.dtype]).toEqual([shape, 'float32'])
      expectSamples((await soft.data()) as Float32Array, gumbelSoftmaxSync(data, at).samples, 'soft')
      const hard = made.gumbelSoftmax(logits, { ...options, hard: true })
      expectSame((await hard.data()) as Float32Array, gumbelSoftmaxSync(data, { ...at, hard: true }).samples, 'hard')
      const logs = (await made.gumbelSoftmax(logits, { ...options, logSamples: true }).data()) as Float32Array
      expectLogs(logs, gumbelSoftmaxSync(data, { ...at, logSamples: true }).logSamples, 'logs')
      const classes = made.categorical(logits, DRAW)
      expect([classes.shape, classes.dtype]).toEqual([shape.slice(0, -1), 'int32'])
      expectSame((await classes.data()) as Int32Array, sampleSync(data, at).indices, 'classes')
    }),

    using(`gradients of logits of rank ${shape.length} are the library's`, async (tf, made) => {
      const { batchSize, numClasses } = sizesOf(shape)
      const data = randomLogits('normal', batchSize, numClasses, 2)
      const values = randomLogits('normal', batchSize, numClasses, 3)
      const [logits, weights] = [data, values].map((each) => tf.tensor(each, [...shape]))
      for (const change of [{}, { hard: true }, { logSamples: true }]) {
        const at = { ...DRAW, ...change, batchSize, numClasses, gradTau: true }
        const expected = gumbelSoftmaxBackwardSync(values, data, { ...at, tau: 0.5 })
        const what = Object.keys(change).join() || 'soft'
        const [one] = gradientsOf(tf, made, logits, weights, { ...DRAW, ...change, tau: 0.5 })
        expect(one.shape).toEqual(shape)
        expectGradients((await one.data()) as Float32Array, expected.gradLogits, numClasses, what)
        const [other, tau] = gradientsOf(tf, made, logits, weights, { ...DRAW, ...change, tau: tf.scalar(0.5) })
        expectGradients((await other.data()) as Float32Array, expected.gradLogits, numClasses, `${what}, tau a tensor`)
        const sum = expected.gradTau!.reduce((a, b) => a + b, 0)
        expect(tau.shape).toEqual([])
        expectWithin((await tau.data()) as Float32Array, [sum], () => 1e-4 * (1 + Math.abs(sum)), `${what}, tau`)
        const taus = Float32Array.from({ length: batchSize }, (_, r) => 0.3 + 0.1 * r)
        const each = gumbelSoftmaxBackwardSync(values, data, { ...at, tau: taus })
        const [, ofRows] = gradientsOf(tf, made, logits, weights, { ...DRAW, ...change, tau: tf.tensor1d(taus) })
        expect(ofRows.shape).toEqual([batchSize])
        const error = (e: number) => 1e-3 * (1 + Math.abs(e))
        expectWithin((await ofRows.data()) as Float32Array, each.gradTau!, error, `${what}, taus`)
      }
    }),
  ]),

  using('gradients go through what comes before and after, whose tensors are gone by then', async (tf, made) => {
    const [rows, classes] = [2, 5]
    const data = randomLogits('normal', rows, classes, 4)
    const weights = tf.tensor2d(randomLogits('normal', rows, classes, 5), [rows, classes])
    const options = { ...DRAW, tau: 0.7 }
    const lossAt = (x: Tensor): tfjs.Scalar => {
      const y = made.gumbelSoftmax(tf.mul(tf.add(x, 1), 2), options)
      return tf.sum(tf.square(tf.mul(y, weights)))
    }
    const gradient = await tf
      .grad(lossAt)(tf.tensor2d(data, [rows, classes]))
      .data()
    const h = 2 ** -7
    const slopes: number[] = []
    for (let i = 0; i < data.length; i++) {
      const [above, below] = [h, -h].map((by) =>
        lossAt(
          tf.tensor2d(
            data.map((logit, j) => (j === i ? logit + by : logit)),
            [rows, classes],
          ),
        ),
      )
      slopes.push(((await above.data())[0] - (await below.data())[0]) / (2 * h))
    }
    expectWithin(gradient as Float32Array, slopes, (e) => 5e-3 * (1 + Math.abs(e)), 'central differences')
    expect(Math.max(...slopes.map(Math.abs))).toBeGreaterThan(0.05)
  }),

  using(
    'a second-order gradient is refused',
    async (tf, made) => {
      const logits = tf.tensor2d(randomLogits('normal', 2, 4, 6), [2, 4])
      const first = tf.grad((x: Tensor) => tf.sum(tf.square(made.gumbelSoftmax(x, DRAW))))
      expect((await first(logits).data()).some((each) => each !== 0)).toBe(true)
      expect(() => tf.grad((x: Tensor) => tf.sum(tf.square(first(x))))(logits)).toThrow('no second-order gradient')
    },
    true,
  ),

  using('rows without a distribution have samples of 0, gradients of 0 and class -1', async (tf, made) => {
    const logits = tf.tensor2d([1, 2, NaN, 4, -Infinity, -Infinity], [3, 2])
    const soft = await made.gumbelSoftmax(logits, DRAW).data()
    expect(Array.from(soft).slice(2)).toEqual([0, 0, 0, 0])
    expect([...(await made.categorical(logits, DRAW).data())].slice(1)).toEqual([-1, -1])
    const [gradient] = gradientsOf(tf, made, logits, tf.tensor2d([1, 0, 1, 0, 1, 0], [3, 2]), DRAW)
    const values = [...(await gradient.data())]
    expect(values.slice(2).map(Math.abs)).toEqual([0, 0, 0, 0])
    expect(values[0]).not.toBe(0)
  }),

  using('what cannot be is refused by name', async (tf, { gumbelSoftmax, categorical }) => {
    const logits = tf.zeros([2, 3])
    const refused: [() => unknown, string][] = [
      [() => gumbelSoftmax(logits, { seed: 1 } as never), 'step is undefined'],
      [() => categorical(logits, { seed: 1 } as never), 'step is undefined'],
      [() => gumbelSoftmax(logits, { step: 1 } as never), 'seed is undefined'],
      [() => gumbelSoftmax(logits, { ...DRAW, temprature: 1 } as never), 'options.temprature is not known'],
      [() => categorical(logits, { ...DRAW, tau: 1 } as never), 'options.tau is not known'],
      [() => gumbelSoftmax(logits, { ...DRAW, temperature: -1 }), 'temperature is -1; it must be 0 or from'],
      [() => gumbelSoftmax(logits, { ...DRAW, tau: tf.ones([3]) }), 'tau is a tensor of 3 values'],
      [() => gumbelSoftmax(logits, { ...DRAW, hard: true, logSamples: true }), 'hard is true beside logSamples'],
      [() => gumbelSoftmax(tf.zeros([1, 2, 3, 4]), DRAW), 'logits are float32 of rank 4'],
      [() => gumbelSoftmax(tf.scalar(1), DRAW), 'logits are float32 of rank 0'],
      [() => categorical(tf.zeros([2, 3], 'int32'), DRAW), 'logits are int32 of rank 2'],
    ]
    for (const [call, message] of refused) expect(call, message).toThrow(message)
  }),
]

/** A training step of all kinds: its weights are trained by the gradient of relaxed samples. */
export function trainingOf(tf: Tf, { gumbelSoftmax, categorical }: TfSampler) {
  const [rows, classes] = [8, 10]
  const weights = tf.variable(tf.zeros([classes, classes]))
  const logTau = tf.variable(tf.scalar(0))
  const inputs = tf.tidy(() => tf.oneHot(tf.range(0, rows, 1, 'int32'), classes, 1, 0, 'float32')) as tfjs.Tensor2D
  const optimizer = tf.train.adam(0.05)
  return {
    /** The loss is how far samples are from their inputs. */
    step(step: number): void {
      optimizer.minimize(() => {
        const logits = tf.matMul(inputs, weights as tfjs.Tensor2D)
        const draw = { seed: 1, step }
        const forms = [{ tau: 0.7 }, { tau: 0.7, hard: true }, { tau: tf.exp(logTau) }, {}]
        const y = gumbelSoftmax(logits, { ...draw, ...forms[step % 4] })
        return tf.mean(tf.square(tf.sub(y, inputs)))
      })
      tf.dispose(categorical(inputs, { seed: 2, step }))
    },
    classes: () =>
      tf.tidy(() => categorical(tf.matMul(inputs, weights as tfjs.Tensor2D), { seed: 3, step: 0, temperature: 0 })),
    rows,
    dispose: () => {
      for (const each of [weights, logTau, inputs]) each.dispose()
      optimizer.dispose()
    },
  }
}
