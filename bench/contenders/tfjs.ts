import type { Tensor2D } from '@tensorflow/tfjs-core'
import { OPERATIONS, drawsOf } from '../cases'
import { type Contender, type Prepared, type Problem, TAU } from '../contender'
import { tfOn } from '../tf'
import { prepareLayer } from './tfjs_layer'

type Tf = Awaited<ReturnType<typeof tfOn>>

/** TensorFlow.js on the shared device. */
export async function tfjs(device: GPUDevice): Promise<Contender> {
  const tf = await tfOn(device)
  return {
    name: 'tfjs',
    about:
      'multinomial of TensorFlow.js on WebGPU, after its topk where that filters, or Gumbel-softmax composed of its operations',
    operations: ['sample', 'sample-top-k-top-p', 'sample-top-k', 'sample-many', 'tfjs-layer', 'tfjs-training-step'],
    // topk takes as long whatever the logits are.
    takes: ({ operation, logits }) => !operation.startsWith('sample-top-k') || logits === 'normal',
    device,
    prepare: async (problem) =>
      problem.operation.startsWith('tfjs') ? prepareLayer(tf, problem, composed(tf)) : multinomial(tf, problem),
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

function multinomial(tf: Tf, problem: Problem): Prepared {
  const { operation, batchSize, numClasses, host } = problem
  const logits = tf.tensor2d(host, [batchSize, numClasses])
  const numSamples = drawsOf(problem)
  const { topK, topP = 1 } = OPERATIONS[operation].filters ?? {}
  let seed = 0
  const filtered = (k: number) =>
    tf.tidy(() => {
      const { values, indices } = tf.topk(logits, k)
      const before = tf.cumsum(tf.softmax(values), 1, true)
      const kept = tf.where(tf.less(before, topP), values, tf.fill(values.shape, -1e9))
      return tf.gather(indices, tf.multinomial(kept as Tensor2D, 1, ++seed), 1, 1)
    })
  const call = () => (topK ? filtered(topK) : tf.multinomial(logits, numSamples, ++seed))
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
