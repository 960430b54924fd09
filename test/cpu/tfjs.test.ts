import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-core/dist/register_all_gradients'
import '@tensorflow/tfjs-backend-cpu'
import { tfSampler } from 'gumbel-webgpu/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { CASES, trainingOf } from '../helpers/tfjs'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

describe('draws of TensorFlow.js on its CPU backend', () => {
  test.each(CASES)('$name', ({ run }) => run(tf))

  test('train, and leave no tensors over 1,000 steps', async () => {
    const made = await tfSampler(tf)
    expect(made.sampler.backend).toBe('cpu')
    const training = trainingOf(tf, made)
    // Its optimizer makes what it keeps of a weight with the weight's first gradient.
    for (let step = 0; step < 4; step++) training.step(step)
    const { numTensors, numBytes } = tf.memory()
    for (let step = 4; step < 1000; step++) training.step(step)
    expect(tf.memory()).toMatchObject({ numTensors, numBytes })
    const classes = training.classes()
    expect([...(await classes.data())]).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    classes.dispose()
    training.dispose()
  })
})
