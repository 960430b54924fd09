import type { Tensor2D } from '@tensorflow/tfjs-core'
import { type Contender, type Prepared, type Problem, TAU } from '../contender'
import { tfOn } from '../tf'
import { prepareLayer } from './tfjs_layer'

type Tf = Awaited<ReturnType<typeof tfOn>>

/** TensorFlow.js on the shared device. */
export async function tfjs(device: GPUDevice): Promise<Contender> {
  const tf = await tfOn(device)
  return {
    name: 'tfjs',
    about: 'multinomial of TensorFlow.js on WebGPU, or Gumbel-softmax composed of its operations',
    operations: ['sample', 'tfjs-layer', 'tfjs-training-step'],
    device,
    prepare: async (problem) =>
      problem.operation === 'sample' ? multinomial(tf, problem) : prepareLayer(tf, problem, composed(tf)),
  }
}

/** `softmax((logits + noise) / TAU)`. TensorFlow.js makes uniforms in JavaScript and uploads them. */
function composed(tf: Tf): (logits: Tensor2D) => Tensor2D {
  return (logits) => {
    // Neither 0 nor 1 in float32, so that no noise is infinite.
    const uniforms = tf.randomUniform(logits.shape, 1e-7, 1 - 1e-7)
    const noise = tf.neg(tf.log(tf.neg(tf.log(uniforms))))
    return tf.softmax(tf.div(tf.add(logits, noise), TAU))
  }
}

function multinomial(tf: Tf, { batchSize, numClasses, host }: Problem): Prepared {
  const logits = tf.tensor2d(host, [batchSize, numClasses])
  let seed = 0
  const call = () => tf.multinomial(logits, 1, ++seed)
  return {
    async run(calls) {
      const results = Array.from({ length: calls }, call)
      // Work is submitted in batches, and the rest of it when something is read.
      await results[calls - 1].data()
      results.forEach((result) => result.dispose())
    },
    async draw(seed) {
      const result = tf.multinomial(logits, 1, seed)
      const indices = Int32Array.from(await result.data())
      result.dispose()
      return indices
    },
    destroy: () => logits.dispose(),
  }
}
