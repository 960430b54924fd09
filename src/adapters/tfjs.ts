/** Differentiable draws of tensors of TensorFlow.js: on its own device, in its own buffers, or on the CPU. */

import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import type * as tfjs from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { type NoiseOptions, type Sampler, createSampler } from 'gumbel-webgpu'
import { type Calls, type Draw, callsOnCpu, callsOnGpu, saveOf } from './tfjs_calls'

/** What is used of `@tensorflow/tfjs-core`, or of `@tensorflow/tfjs`, which has it too. */
export type Tf = Pick<
  typeof tfjs,
  | 'backend'
  | 'clone'
  | 'customGrad'
  | 'engine'
  | 'getBackend'
  | 'ready'
  | 'reshape'
  | 'sum'
  | 'tensor'
  | 'tidy'
  | 'tile'
>

/** Row r of the logits, all axes but the last as one, has stream r unless `streams` says otherwise. */
export interface TfDrawOptions extends Pick<NoiseOptions, 'streams' | 'streamOffset' | 'tail'> {
  seed: number | bigint
  /** The number of this draw, another in each call: a loop that forgets it trains on one noise. */
  step: number
  /** 0 (the first maximum), or from 1e-18 to 1e18. Default 1. */
  temperature?: number | undefined
}

export interface TfGumbelSoftmaxOptions extends TfDrawOptions {
  /** A number, or a tensor of one value or of one a row, which then gets a gradient. Default 1. */
  tau?: number | Tensor | undefined
  /** Samples are exactly one-hot; their gradient is that of the soft ones (straight-through). Default false. */
  hard?: boolean | undefined
  /** Logarithms of samples, which do not underflow. Not with `hard`. Default false. */
  logSamples?: boolean | undefined
}

export interface TfSampler {
  /**
   * Relaxed samples of logits, float32 of rank 1 to 3 whose last axis is the classes, in a tensor of their shape. It can be differentiated
   * once, in `logits` and `tau`. A row without a distribution has samples of 0 (or -Infinity, of logarithms), and no gradient.
   * @throws RangeError or TypeError naming the parameter
   */
  gumbelSoftmax<T extends Tensor>(logits: T, options: TfGumbelSoftmaxOptions): T
  /**
   * The classes drawn, int32, in a tensor of the logits' shape without the last axis; -1 for a row without a distribution. They are those
   * that `gumbelSoftmax` relaxes, and have no gradient.
   * @throws RangeError or TypeError naming the parameter
   */
  categorical(logits: Tensor, options: TfDrawOptions): Tensor
  /** On the device of `tf`, or on the CPU; the caller's to destroy. */
  sampler: Sampler
}

const DRAW = ['seed', 'step', 'temperature', 'streams', 'streamOffset', 'tail']

/**
 * Makes draws for the backend that `tf` has. Where it is 'webgpu', no tensor is copied; elsewhere the library's CPU backend
 * reads tensors into host memory.
 * @throws DeviceError where the device is lost
 */
export async function tfSampler(tf: Tf): Promise<TfSampler> {
  await tf.ready()
  const backend = tf.backend()
  const sampler = await createSampler(
    tf.getBackend() === 'webgpu' ? { device: (backend as WebGPUBackend).device } : { backend: 'cpu' },
  )
  const onBackend = sampler.device ? callsOnGpu(tf, backend as WebGPUBackend, sampler) : callsOnCpu(tf)
  const calls = (): Calls => {
    if (tf.backend() === backend) return onBackend
    throw new Error(
      `tf has another backend, ${tf.getBackend()}, than when tfSampler was made; call tfSampler(tf) again`,
    )
  }

  function gumbelSoftmax<T extends Tensor>(logits: T, options: TfGumbelSoftmaxOptions): T {
    const draw = drawOf(logits, options, [...DRAW, 'tau', 'hard', 'logSamples'])
    const { batchSize: rows = 0 } = draw
    const tau = typeof options.tau === 'object' ? options.tau : undefined
    if (tau && tau.size !== 1 && tau.size !== rows)
      throw new RangeError(`tau is a tensor of ${tau.size} values; it must have one, or one a row (${rows})`)
    const tausOf = (each: Tensor) => tf.tile(tf.reshape(each, [-1]), [rows / each.size])
    const inputs = [logits, ...(tau ? [tau] : [])]
    // Samples have few digits of tau's gradient where it is large, and none where they are hard.
    const keeps = !tau && !draw.hard

    const operation = tf.customGrad((...args) => {
      const value = tf.tidy(() => calls().samples(draw, logits, tau && tausOf(tau)))
      saveOf(args)(keeps ? [...inputs, value] : inputs)
      return {
        value,
        gradFunc: (gradSamples, saved) =>
          tf
            .tidy(() => {
              const [data, second] = saved
              const given = keeps ? ([second] as const) : ([undefined, tau && tausOf(second)] as const)
              const [gradLogits, gradTaus] = calls().gradients(draw, data, gradSamples, ...given)
              if (!tau) return [gradLogits]
              return [gradLogits, tf.reshape(tau.size === 1 ? tf.sum(gradTaus) : gradTaus, tau.shape)]
            })
            .map((gradient) => once(gradient)(gradSamples, ...inputs)),
      }
    })
    return operation(...inputs) as T
  }

  /** A gradient as a function of what it comes from, which has none itself. */
  const once = (gradient: Tensor) =>
    tf.customGrad(() => ({
      value: tf.clone(gradient),
      gradFunc: () => {
        throw new Error('gumbelSoftmax has no second-order gradient; its gradient cannot be differentiated')
      },
    }))

  const categorical = (logits: Tensor, options: TfDrawOptions): Tensor =>
    calls().indices(drawOf(logits, options, DRAW), logits)

  return { gumbelSoftmax, categorical, sampler }
}

/** Checks what the library does not, and gives all that a call takes but its tensors. */
function drawOf({ shape, rank, dtype, size }: Tensor, options: TfGumbelSoftmaxOptions, known: string[]): Draw {
  if (rank < 1 || rank > 3 || dtype !== 'float32')
    throw new TypeError(`logits are ${dtype} of rank ${rank}; they must be float32 of rank 1 to 3`)
  for (const name in options)
    if (!known.includes(name)) throw new TypeError(`options.${name} is not known; options may have ${known.join(', ')}`)
  const { tau = 1, hard = false, logSamples = false, step, ...rest } = options
  if (step === undefined)
    throw new TypeError('step is undefined; it must be a number, another in each call, or all draws have one noise')
  const numClasses = shape[rank - 1]
  const scales = { tau: typeof tau === 'number' ? tau : 1, hard, ...(logSamples ? { logSamples: true as const } : {}) }
  return { ...rest, ...scales, step, batchSize: size / numClasses, numClasses }
}
