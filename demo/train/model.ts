/** The categorical variational autoencoder of Jang et al. 2017, section 4.2, with 30 latents of 10 classes where the paper has 20. */
import * as tf from '@tensorflow/tfjs-core'
import { PIXELS } from './digits'

export const LATENTS = 30
export const CLASSES = 10
const CODE = LATENTS * CLASSES
const ENCODER = [PIXELS, CODE]
const DECODER = [CODE, 200, PIXELS]

/** Of weights and biases of each layer, in turn, the encoder's first. */
export const SHAPES: readonly (readonly number[])[] = [ENCODER, DECODER].flatMap((sizes) =>
  sizes.slice(1).flatMap((outputs, i) => [[sizes[i], outputs], [outputs]]),
)

/** Weights and biases of each layer, in turn. */
export type Weights<T extends tf.Tensor = tf.Tensor> = readonly T[]

/** Layers with weights of variance 2 / inputs (He et al. 2015), and biases of 0. */
function weightsOf(sizes: readonly number[], seed: number): tf.Variable[] {
  return sizes.slice(1).flatMap((outputs, i) => {
    const deviation = Math.sqrt(2 / sizes[i])
    return tf.tidy(() => [
      tf.variable(tf.randomNormal([sizes[i], outputs], 0, deviation, 'float32', seed + i)),
      tf.variable(tf.zeros([outputs])),
    ])
  })
}

function applied(weights: Weights, inputs: tf.Tensor): tf.Tensor2D {
  let values = inputs as tf.Tensor2D
  for (let i = 0; i < weights.length; i += 2) {
    const sums = tf.add(tf.matMul(values, weights[i] as tf.Tensor2D), weights[i + 1]) as tf.Tensor2D
    values = i + 2 === weights.length ? sums : tf.relu(sums)
  }
  return values
}

export class Model {
  readonly encoder: Weights<tf.Variable>
  readonly decoder: Weights<tf.Variable>

  /** It begins with pixels of the mean digit, whatever the latents are. */
  constructor(seed: number, meanDigit: Float64Array) {
    this.encoder = weightsOf(ENCODER, 10 * seed + 1)
    this.decoder = weightsOf(DECODER, 10 * seed + 5)
    const logits = meanDigit.map((mean) => Math.log(mean) - Math.log1p(-mean))
    tf.tidy(() => this.decoder.at(-1)!.assign(tf.tensor1d(Float32Array.from(logits))))
  }

  /** Of `SHAPES`. */
  get variables(): tf.Variable[] {
    return [...this.encoder, ...this.decoder]
  }

  /** Logits of the latents, `[images, LATENTS, CLASSES]`, of images of 0 and 1. */
  encode(images: tf.Tensor): tf.Tensor3D {
    return tf.reshape(applied(this.encoder, images), [-1, LATENTS, CLASSES])
  }

  /** Logits of the pixels, `[images, PIXELS]`, of latents that are one-hot or relaxed. */
  decode(latents: tf.Tensor, weights: Weights = this.decoder): tf.Tensor2D {
    return applied(weights, tf.reshape(latents, [-1, CODE]))
  }

  dispose(): void {
    tf.dispose(this.variables)
  }
}

/** Negative log-likelihood of each image in nats, `[images]`, where pixels are Bernoulli. */
export function reconstructionNats(images: tf.Tensor, logits: tf.Tensor): tf.Tensor1D {
  return tf.sum(tf.sub(tf.softplus(logits), tf.mul(images, logits)), -1)
}

/** Exact divergence of each latent of each image from the uniform prior in nats, `[images, LATENTS]`. */
export function latentNats(logits: tf.Tensor3D): tf.Tensor2D {
  const logs = tf.logSoftmax(logits)
  return tf.add(tf.sum(tf.mul(tf.exp(logs), logs), -1), Math.log(CLASSES))
}

/** Exact divergence of each image's latents from the uniform prior in nats, `[images]`. */
export function divergenceNats(logits: tf.Tensor3D): tf.Tensor1D {
  return tf.sum(latentNats(logits), -1)
}
