/** A layer of relaxed samples in TensorFlow.js, alone and in training, whoever makes the samples. */
import type { Tensor2D } from '@tensorflow/tfjs-core'
import { tfSampler } from 'gumbel-webgpu/tfjs'
import { type Prepared, type Problem, TAU } from '../contender'
import { tfOn } from '../tf'
import { Autoencoder } from './autoencoder'

type Tf = Awaited<ReturnType<typeof tfOn>>
export type Layer = (logits: Tensor2D) => Tensor2D

/** This library's. */
export async function ownLayer(device: GPUDevice, problem: Problem): Promise<Prepared> {
  const tf = await tfOn(device)
  const { gumbelSoftmax, sampler } = await tfSampler(tf)
  let step = 0
  const prepared = prepareLayer(tf, problem, (logits) => gumbelSoftmax(logits, { tau: TAU, seed: 1, step: step++ }))
  return {
    run: prepared.run,
    destroy() {
      prepared.destroy()
      sampler.destroy()
    },
  }
}

export function prepareLayer(tf: Tf, problem: Problem, layer: Layer): Prepared {
  return problem.operation === 'tfjs-layer' ? alone(tf, problem, layer) : inTraining(tf, problem, layer)
}

/** Samples, and the gradient of the logits. */
function alone(tf: Tf, { batchSize, numClasses, host }: Problem, layer: Layer): Prepared {
  const logits = tf.tensor2d(host, [batchSize, numClasses])
  const gradient = tf.grad(layer as (logits: object) => Tensor2D)
  return {
    async run(calls) {
      // Any gradient of the samples will do; the logits are one.
      for (let i = 1; i < calls; i++) gradient(logits, logits).dispose()
      const last = gradient(logits, logits)
      await last.data()
      last.dispose()
    },
    destroy: () => logits.dispose(),
  }
}

/** Steps on one batch of images. */
function inTraining(tf: Tf, { batchSize, numClasses }: Problem, layer: Layer): Prepared {
  const model = new Autoencoder(tf, batchSize, numClasses, layer)
  return {
    async run(calls) {
      for (let i = 1; i < calls; i++) model.step()
      await model.stepAndWait()
    },
    destroy: () => model.dispose(),
  }
}
