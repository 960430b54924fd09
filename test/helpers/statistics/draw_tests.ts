import type { SampleCallOptions } from 'gumbel-webgpu'
import { countsOf, softmax } from '../chi_squared'
import { randomLogits } from '../logits'
import { type Finding, ofCounts, ofEqualCounts, ofRareEvents, ofSamples } from './finding'
import type { Scale, Source } from './source'

/** What draws of one row of logits may be neighbours in. */
export const DRAW_AXES = ['samples', 'rows', 'steps', 'seeds'] as const
export type DrawAxis = (typeof DRAW_AXES)[number]

const LOGITS = randomLogits('normal', 1, 40, 4).map((logit) => logit / 2)
const TEMPERATURE = 0.8

function repeated(row: Float32Array, times: number): Float32Array {
  const out = new Float32Array(row.length * times)
  for (let i = 0; i < times; i++) out.set(row, i * row.length)
  return out
}

/** Draws of a row in runs along an axis. */
async function drawsAlong(
  axis: DrawAxis,
  row: Float32Array,
  temperature: number,
  source: Source,
  { draws, rows, steps }: Scale,
): Promise<Int32Array> {
  const options = { numClasses: row.length, temperature }
  switch (axis) {
    case 'samples':
      return (await source.sample(row, { ...options, batchSize: 1, seed: 201, numSamples: draws })).indices
    case 'rows':
      return (await source.sample(repeated(row, rows), { ...options, batchSize: rows, seed: 202 })).indices
    case 'seeds': {
      const seed = Array.from({ length: rows }, (_, i) => i)
      return (await source.sample(repeated(row, rows), { ...options, batchSize: rows, seed })).indices
    }
    case 'steps': {
      const out = new Int32Array(rows)
      const each = rows / steps
      for (let step = 0; step < steps; step++) {
        const call = { ...options, batchSize: 1, seed: 203, numSamples: each, step }
        const { indices } = await source.sample(row, call)
        for (let i = 0; i < each; i++) out[i * steps + step] = indices[i]
      }
      return out
    }
  }
}

/** Classes are drawn as often as softmax(logits / T) says. */
export async function softmaxCounts(axis: DrawAxis, source: Source, scale: Scale): Promise<Finding> {
  const indices = await drawsAlong(axis, LOGITS, TEMPERATURE, source, scale)
  return ofCounts(countsOf(indices, LOGITS.length), softmax(LOGITS, TEMPERATURE))
}

/** What drops classes of LOGITS, and the classes that are left, as their probabilities say. */
const DROPS = {
  'top-k': { options: { topK: 12 }, left: leftBy({ topK: 12 }) },
  'top-p': { options: { topP: 0.8 }, left: leftBy({ topP: 0.8 }) },
  'min-p': { options: { minP: 0.2 }, left: leftBy({ minP: 0.2 }) },
  'three filters': { options: { topK: 20, topP: 0.9, minP: 0.1 }, left: leftBy({ topK: 20, topP: 0.9, minP: 0.1 }) },
  'a bitmask': {
    options: { bitmask: Uint32Array.of(0x55555555, 0xaa) },
    left: columnsWhere((c) => c % 2 === (c < 32 ? 0 : 1)),
  },
  'a bias that bans': {
    options: { bias: { classes: [0, 7, 39], values: [-Infinity, -Infinity, -Infinity] } },
    left: columnsWhere((c) => c !== 0 && c !== 7 && c !== 39),
  },
} satisfies Record<string, { options: Partial<SampleCallOptions>; left: ReadonlySet<number> }>
export type Drop = keyof typeof DROPS
export const DROP_NAMES = Object.keys(DROPS) as Drop[]

function columnsWhere(holds: (column: number) => boolean): Set<number> {
  return new Set([...LOGITS.keys()].filter(holds))
}

/** By sorting in float64. */
function leftBy({ topK = LOGITS.length, topP = 1, minP = 0 }): Set<number> {
  const chances = softmax(LOGITS, TEMPERATURE)
  const order = [...LOGITS.keys()].toSorted((a, b) => LOGITS[b] - LOGITS[a]).slice(0, topK)
  const all = order.reduce((sum, column) => sum + chances[column], 0)
  let before = 0
  return new Set(
    order.filter((column) => {
      const isLeft = before < topP * all && chances[column] >= minP * chances[order[0]]
      before += chances[column]
      return isLeft
    }),
  )
}

/** Classes that are left are drawn as often as softmax says of them, and no others: a draw of another is as unlikely as can be. */
export async function leftCounts(drop: Drop, source: Source, { draws }: Scale): Promise<Finding> {
  const { options, left } = DROPS[drop]
  const numSamples = 2 * draws
  const call = { ...options, numClasses: LOGITS.length, temperature: TEMPERATURE, batchSize: 1, seed: 208, numSamples }
  const counts = countsOf((await source.sample(LOGITS, call)).indices, LOGITS.length)
  const chances = softmax(LOGITS, TEMPERATURE)
  const columns = [...left]
  const all = columns.reduce((sum, column) => sum + chances[column], 0)
  const finding = ofCounts(
    columns.map((column) => counts[column]),
    columns.map((column) => chances[column] / all),
  )
  const others = counts.some((count, column) => count > 0 && !left.has(column))
  return others ? { ...finding, p: 0 } : finding
}

/** Pairs of neighbouring draws among eight equal classes are equally frequent. */
export async function drawPairs(axis: DrawAxis, source: Source, scale: Scale): Promise<Finding> {
  const indices = await drawsAlong(axis, new Float32Array(8), 1, source, scale)
  const counts = new Float64Array(64)
  for (let i = 0; i + 1 < indices.length; i += 2) counts[8 * indices[i] + indices[i + 1]]++
  return ofEqualCounts(counts)
}

/** 256 equal classes are drawn equally often. */
export async function equalClasses(source: Source, { draws }: Scale): Promise<Finding> {
  const options = { batchSize: 1, numClasses: 256, seed: 204, numSamples: draws / 4 }
  return ofEqualCounts(countsOf((await source.sample(new Float32Array(256), options)).indices, 256))
}

/** 1023 classes 10 nats below one are drawn as often as softmax says: 1 in 22 draws comes from them. */
export async function rareClasses(source: Source, { draws }: Scale): Promise<Finding> {
  const row = new Float32Array(1024).fill(-10, 1)
  const { indices } = await source.sample(row, { batchSize: 1, numClasses: 1024, seed: 205, numSamples: draws / 8 })
  const head = softmax(row, 1)[0]
  const fromTail = indices.reduce((sum, index) => sum + Number(index > 0), 0)
  return ofRareEvents(fromTail, indices.length * (1 - head))
}

async function scored(source: Source, numSamples: number) {
  const options = { batchSize: 1, numClasses: 40, seed: 206, numSamples, temperature: TEMPERATURE, scores: true }
  const { indices, scores } = await source.sample(LOGITS, options)
  const location = Math.log(LOGITS.reduce((sum, logit) => sum + Math.exp(logit / TEMPERATURE), 0))
  return { indices, maxima: Float64Array.from(scores!, (score) => score / TEMPERATURE - location) }
}

const gumbelCdf = (x: number) => Math.exp(-Math.exp(-x))

/** The winner's score, over T and less logsumexp(logits / T), is Gumbel (Maddison et al. 2014). */
export async function winningScores(source: Source, { draws }: Scale): Promise<Finding> {
  return ofSamples((await scored(source, draws)).maxima, gumbelCdf)
}

/** It does not depend on which class won (same source): classes by eighths of the score. */
export async function scoresAndClasses(source: Source, { draws }: Scale): Promise<Finding> {
  const { indices, maxima } = await scored(source, draws)
  const counts = Array.from({ length: 8 * LOGITS.length }, () => 0)
  maxima.forEach((x, i) => counts[8 * indices[i] + Math.min(7, Math.floor(8 * gumbelCdf(x)))]++)
  const probabilities = softmax(LOGITS, TEMPERATURE)
  return ofCounts(
    counts,
    counts.map((_, i) => probabilities[Math.floor(i / 8)] / 8),
  )
}

/** Of two classes, tau log(y1 / y0) is logistic with location l1 - l0 (Maddison et al. 2017). */
export async function relaxedPairs(source: Source, { draws }: Scale): Promise<Finding> {
  const tau = 0.7
  const logits = Float32Array.of(0.3, -0.4)
  const options = { batchSize: 1, numClasses: 2, seed: 207, numSamples: draws / 4, tau }
  const { samples } = await source.gumbelSoftmax(logits, options)
  const ratios = Float64Array.from({ length: draws / 4 }, (_, i) => tau * Math.log(samples[2 * i + 1] / samples[2 * i]))
  return ofSamples(ratios, (x) => 1 / (1 + Math.exp(-(x - (logits[1] - logits[0])))))
}
