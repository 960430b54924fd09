/** Weights in a file of safetensors, which other libraries read too: the header's length, a header in JSON, float32 data. */
import * as tf from '@tensorflow/tfjs-core'
import { hexOf } from './digest'
import { SHAPES } from './model'
import { ESTIMATORS, type Estimator } from './settings'
import type { Training } from './training'

const FORMAT = 'gumbel-webgpu train 1'
/** Where a header of safetensors has words of its maker. */
const METADATA = '__metadata__'

/** A training as it was saved, without its optimizer's averages: what goes on from it begins them anew. */
export interface Saved {
  estimator: Estimator
  seed: number
  steps: number
  digest: number
  weights: Float32Array[]
}

interface Entry {
  dtype: string
  shape: number[]
  data_offsets: [number, number]
}

/** What cannot be loaded; its message says why. */
export class WeightsError extends Error {}

export async function fileOf(training: Training): Promise<Uint8Array<ArrayBuffer>> {
  const { variables } = training.model
  const data = await Promise.all(variables.map((each) => each.data<'float32'>()))
  const { estimator, seed } = training.options
  const header: Record<string, Entry | Record<string, string>> = {
    [METADATA]: {
      format: FORMAT,
      estimator,
      seed: String(seed),
      steps: String(training.steps),
      digest: hexOf(training.digest),
    },
  }
  let end = 0
  variables.forEach(({ shape }, i) => {
    header[nameOf(i)] = { dtype: 'F32', shape, data_offsets: [end, (end += 4 * data[i].length)] }
  })
  const json = JSON.stringify(header)
  // Spaces after it, so that the data begins at a multiple of 8.
  const text = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8))
  const file = new Uint8Array(8 + text.length + end)
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true)
  file.set(text, 8)
  let at = 8 + text.length
  for (const each of data) {
    file.set(new Uint8Array(each.buffer, each.byteOffset, each.byteLength), at)
    at += each.byteLength
  }
  return file
}

/** @throws WeightsError */
export function savedOf(file: Uint8Array<ArrayBuffer>): Saved {
  const { metadata, entries, data } = partsOf(file)
  const estimator = ESTIMATORS.find((each) => each === metadata?.estimator)
  const [seed, steps, digest] = [Number(metadata?.seed), Number(metadata?.steps), parseInt(metadata?.digest ?? '', 16)]
  if (metadata?.format !== FORMAT || !estimator || ![seed, steps, digest].every(Number.isSafeInteger))
    throw new WeightsError(`it is of format '${metadata?.format}'; it must be '${FORMAT}', as this page saves it`)
  const weights = SHAPES.map((shape, i) => {
    const { dtype, shape: found, data_offsets: offsets } = entries[nameOf(i)] ?? {}
    const [begin, end] = offsets ?? []
    const length = 4 * tf.util.sizeFromShape([...shape])
    if (dtype !== 'F32' || String(found) !== String(shape) || end - begin !== length)
      throw new WeightsError(`its ${nameOf(i)} are ${dtype} [${found}]; they must be F32 [${shape}]`)
    if (end > data.length) throw new WeightsError(`it ends before its ${nameOf(i)} do`)
    return new Float32Array(data.slice(begin, end).buffer)
  })
  return { estimator, seed, steps, digest, weights }
}

interface Parts {
  metadata: Record<string, string> | undefined
  entries: Record<string, Entry>
  data: Uint8Array<ArrayBuffer>
}

function partsOf(file: Uint8Array<ArrayBuffer>): Parts {
  try {
    const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true))
    const { [METADATA]: metadata, ...entries } = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)))
    return { metadata, entries, data: file.subarray(8 + length) }
  } catch {
    throw new WeightsError('it has no header of safetensors')
  }
}

/** Gives a training that has made no step what was saved. */
export function restore(training: Training, { steps, digest, weights }: Saved): void {
  training.resumeAt(steps, digest)
  training.model.variables.forEach((variable, i) => {
    tf.tidy(() => variable.assign(tf.tensor(weights[i], variable.shape)))
  })
}

/** Layers from the encoder's first, in turn weights and biases. */
function nameOf(index: number): string {
  return `layer${index >> 1}.${index % 2 === 0 ? 'weights' : 'biases'}`
}
