import type { Sampler, SampleOptions } from 'gumbel-webgpu'
import { type LogitsKind, randomLogits } from '../../test/helpers/logits'
import type { Random } from '../../test/helpers/random'

/** What calls are made with. */
export interface Tools {
  device: GPUDevice
  sampler: Sampler
  cpu: Sampler
  random: Random
  /** What the call's options are for. */
  shape: Shape
  /** A buffer for storage and copies, destroyed after the call. */
  buffer(bytes: number): GPUBuffer
  upload(data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>): GPUBuffer
  read(buffer: GPUBuffer): Promise<ArrayBuffer>
}

/**
 * A few, so that after a while every kernel is compiled and every buffer has its size; what decides on a kernel, too, goes with the
 * shape. `gap` is what lies between rows, in elements: kernels read rows that begin at multiples of four otherwise.
 */
export const SHAPES = [
  { batchSize: 3, numClasses: 2, numSamples: 4, tail: 'standard', gap: 1 },
  { batchSize: 700, numClasses: 10, numSamples: 1, tail: 'extended', gap: 0 },
  { batchSize: 1, numClasses: 12, numSamples: 200, tail: 'standard', gap: 8 },
  { batchSize: 9, numClasses: 257, numSamples: 2, tail: 'standard', gap: 0 },
  { batchSize: 4, numClasses: 1000, numSamples: 3, tail: 'extended', gap: 4 },
  { batchSize: 1, numClasses: 20_000, numSamples: 1, tail: 'standard', gap: 0 },
] as const

export type Shape = (typeof SHAPES)[number]

/** Logits that a relaxed sample and its gradient tell apart, too. */
const SOFT_KINDS: readonly LogitsKind[] = ['normal', 'flat', 'masked', 'ties']
const KINDS: readonly LogitsKind[] = [...SOFT_KINDS, 'peaked', 'buried', 'huge', 'tiny', 'subnormal']

/** Rows in memory, perhaps with something between them. */
export interface Rows {
  data: Float32Array<ArrayBuffer>
  offset: number
  rowStride: number
}

/** Options of a call of the shape, with what is compiled for it. */
export function optionsOf({ random, shape }: Tools, soft = false): SampleOptions & { numSamples: number } {
  const { batchSize, numClasses, numSamples, tail } = shape
  const scale = () => (soft ? 0.5 + 1.5 * random.uniform() : random.pick([0, 0.05, 0.8, 1, 30]))
  const each = <T>(value: () => T): T | T[] =>
    random.whole(0, 2) > 0 ? value() : Array.from({ length: batchSize }, value)
  const streams = random.whole(0, 3) === 0 ? { streams: each(() => random.word()) } : {}
  return {
    batchSize,
    numClasses,
    numSamples,
    tail,
    seed: each(() => random.seed()),
    temperature: each(scale),
    step: random.word(),
    classOffset: 8 * random.whole(0, 1000),
    ...streams,
  }
}

export function logitsOf({ random, shape }: Tools, soft = false): Rows {
  const { batchSize, numClasses } = shape
  return spread(shape, randomLogits(random.pick(soft ? SOFT_KINDS : KINDS), batchSize, numClasses, random.word()))
}

/** Values of no meaning for each draw, such as gradients. */
export function valuesOf({ random, shape }: Tools): Rows {
  const { batchSize, numSamples, numClasses } = shape
  return spread(shape, randomLogits('normal', batchSize * numSamples, numClasses, random.word()))
}

/** Rows apart, with NaN between. */
export function spread({ numClasses, gap }: Shape, packed: Float32Array): Rows {
  const rowStride = numClasses + gap
  const rows = packed.length / numClasses
  const data = new Float32Array(gap + rows * rowStride).fill(NaN)
  for (let r = 0; r < rows; r++) data.set(packed.subarray(r * numClasses, (r + 1) * numClasses), gap + r * rowStride)
  return { data, offset: gap, rowStride }
}

/** The rows in a GPU buffer. */
export function onGpu({ upload }: Tools, { data, ...place }: Rows) {
  return { buffer: upload(data), ...place }
}

/** The rows in host memory, or in a GPU buffer. */
export function anywhere(tools: Tools, rows: Rows): Rows | ReturnType<typeof onGpu> {
  return tools.random.whole(0, 1) === 0 ? rows : onGpu(tools, rows)
}

/** One row after another of what a kernel wrote. */
export function packed(
  all: Float32Array,
  rows: number,
  numClasses: number,
  offset: number,
  rowStride: number,
): Float32Array {
  const out = new Float32Array(rows * numClasses)
  for (let r = 0; r < rows; r++)
    out.set(all.subarray(offset + r * rowStride, offset + r * rowStride + numClasses), r * numClasses)
  return out
}
