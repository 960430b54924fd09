/** What a model has learnt, seen on held-out digits, with hard latents. */
import * as tf from '@tensorflow/tfjs-core'
import type { TfSampler } from 'gumbel-webgpu/tfjs'
import { type Digits, PIXELS } from './digits'
import { oneHotOf } from './estimators/estimator'
import { CLASSES, LATENTS, type Model, divergenceNats, latentNats, reconstructionNats } from './model'
import { imagesOf } from './training'

/** Steps whose noise no training uses. */
const [EVALUATION, SAMPLES] = [2 ** 32 - 1, 2 ** 32 - 2]
const AT_ONCE = 200

export interface Look {
  /** Mean negative ELBO of the digits, with the exact divergence. */
  nats: number
  /** Pixels of the first digits, their reconstructions, and digits decoded from random latents: probabilities, `[count, PIXELS]`. */
  originals: Float32Array
  reconstructions: Float32Array
  samples: Float32Array
  /** Each latent's mean divergence from the uniform prior in nats, `[LATENTS]`. */
  divergences: Float32Array
  /** How often each class is drawn of each latent, `[LATENTS, CLASSES]`. */
  shares: Float32Array
}

/** Looks at the first `count` digits; shows the first `shown` of them. */
export async function lookAt(
  model: Model,
  digits: Digits,
  { categorical }: TfSampler,
  seed: number,
  count: number,
  shown: number,
): Promise<Look> {
  const all: tf.Tensor[][] = []
  for (let first = 0; first < count; first += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, i) => first + i)
    all.push(
      tf.tidy(() => {
        const images = imagesOf(digits, numbers)
        const logits = model.encode(images)
        const options = { seed, step: EVALUATION, streamOffset: first * LATENTS }
        const pixels = model.decode(oneHotOf(categorical(logits, options), CLASSES))
        const nats = tf.add(reconstructionNats(images, pixels), divergenceNats(logits))
        const sums = [tf.sum(nats), tf.sum(latentNats(logits), 0), tf.sum(tf.softmax(logits), 0)]
        return first > 0 ? sums : [...sums, tf.sigmoid(tf.slice(pixels, 0, shown))]
      }),
    )
  }
  const samples = tf.tidy(() => {
    const latents = categorical(tf.zeros([shown, LATENTS, CLASSES]), { seed, step: SAMPLES })
    return tf.sigmoid(model.decode(oneHotOf(latents, CLASSES)))
  })
  const parts = await Promise.all(all.map((each) => Promise.all(each.map((tensor) => tensor.data<'float32'>()))))
  const meanOf = (which: number) => {
    const mean = new Float32Array(parts[0][which].length)
    for (const part of parts) part[which].forEach((value, i) => (mean[i] += value / count))
    return mean
  }
  const look = {
    nats: meanOf(0)[0],
    divergences: meanOf(1),
    shares: meanOf(2),
    originals: Float32Array.from(digits.pixels.subarray(0, shown * PIXELS)),
    reconstructions: parts[0][3],
    samples: await samples.data<'float32'>(),
  }
  tf.dispose([all, samples])
  return look
}
