import type * as tfjs from '@tensorflow/tfjs-core'
import { generateLogits } from '../logits'

type Tf = typeof tfjs
type Tensor2D = tfjs.Tensor2D

const PIXELS = 784
const LATENTS = 30
const HIDDEN = [512, 256]

/** A categorical variational autoencoder (Jang et al. 2017) and its training on one batch of images of noise. */
export class Autoencoder {
  readonly #tf: Tf
  readonly #encoder: tfjs.Variable[]
  readonly #decoder: tfjs.Variable[]
  readonly #images: Tensor2D
  readonly #optimizer: tfjs.Optimizer
  readonly #loss: () => tfjs.Scalar

  /** @throws RangeError where the latents of a batch are not `rows` of `classes` */
  constructor(tf: Tf, rows: number, classes: number, layer: (logits: Tensor2D) => Tensor2D) {
    if (rows % LATENTS !== 0) throw new RangeError(`a batch has ${rows} latents; it must have a multiple of ${LATENTS}`)
    const batch = rows / LATENTS
    this.#tf = tf
    const code = LATENTS * classes
    this.#encoder = this.#weightsOf([PIXELS, ...HIDDEN, code])
    this.#decoder = this.#weightsOf([code, ...HIDDEN.toReversed(), PIXELS])
    this.#images = tf.tensor2d(
      generateLogits('normal', batch * PIXELS).map((each) => Number(each > 0)),
      [batch, PIXELS],
    )
    this.#optimizer = tf.train.adam(1e-3)
    this.#loss = () => {
      const logits = tf.reshape(this.#applied(this.#encoder, this.#images), [rows, classes]) as Tensor2D
      const samples = tf.reshape(layer(logits), [batch, code]) as Tensor2D
      const pixels = this.#applied(this.#decoder, samples)
      const nats = tf.sum(tf.sub(tf.softplus(pixels), tf.mul(this.#images, pixels)))
      // The divergence from the uniform prior, less a constant.
      const logs = tf.logSoftmax(logits)
      return tf.div(tf.add(nats, tf.sum(tf.mul(tf.exp(logs), logs))), batch)
    }
  }

  step(): void {
    this.#optimizer.minimize(this.#loss)
  }

  /** A step, when it and all before it are done. */
  async stepAndWait(): Promise<void> {
    const loss = this.#optimizer.minimize(this.#loss, true)!
    await loss.data()
    loss.dispose()
  }

  dispose(): void {
    this.#tf.dispose([...this.#encoder, ...this.#decoder, this.#images])
    this.#optimizer.dispose()
  }

  #weightsOf(sizes: readonly number[]): tfjs.Variable[] {
    const tf = this.#tf
    return sizes.slice(1).flatMap((outputs, i) =>
      tf.tidy(() => {
        const spread = Math.sqrt(2 / (sizes[i] + outputs))
        return [
          tf.variable(tf.randomNormal([sizes[i], outputs], 0, spread, 'float32', 1 + i)),
          tf.variable(tf.zeros([outputs])),
        ]
      }),
    )
  }

  #applied(weights: readonly tfjs.Variable[], inputs: Tensor2D): Tensor2D {
    const tf = this.#tf
    let values = inputs
    for (let i = 0; i < weights.length; i += 2) {
      const sums = tf.add(tf.matMul(values, weights[i] as tfjs.Variable<tfjs.Rank.R2>), weights[i + 1]) as Tensor2D
      values = i + 2 === weights.length ? sums : tf.relu(sums)
    }
    return values
  }
}
