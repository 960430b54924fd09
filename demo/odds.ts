import { sampleSync } from 'gumbel-webgpu'
import type { DrawSettings } from './draw_options'
import type { Place } from './verses'

/** Words that are shown of each draw. */
const SHOWN = 8

export interface WordOdds {
  id: number
  /** Place among all words, from 1. */
  rank: number
  /** Under `softmax(penalised logits / temperature)`, before filters; at a temperature of 0 that of 1. */
  probability: number
  /** Whether the filters left it to be drawn. */
  kept: boolean
}

/** What one draw chose from. */
export interface Odds {
  /** The most likely words, in order. */
  likeliest: WordOdds[]
  /** What the CPU backend draws. */
  drawn: WordOdds
  keptCount: number
}

/**
 * The odds of a draw, and the draw itself once more on the CPU backend.
 * @param logits of one row
 * @param history ids of the prompt and of what was drawn before
 */
export function oddsOf(
  logits: Float32Array,
  settings: Omit<DrawSettings, 'prompt' | 'sequences' | 'tokens'>,
  history: readonly number[],
  { row, step }: Place,
): Odds {
  const { temperature, seed, topK, topP, minP, repetitionPenalty: repetition } = settings
  const penalties =
    repetition === 1 || history.length === 0 ? undefined : { tokens: Int32Array.from(history), repetition }
  const options = { batchSize: 1, numClasses: logits.length, temperature, seed, step, streams: row }
  const { indices, keptCounts } = sampleSync(logits, { ...options, topK, topP, minP, penalties, kept: true })
  const keptCount = keptCounts![0]

  const penalised = penalties ? penalisedLogits(logits, history, repetition) : logits
  const order = Array.from(penalised.keys()).toSorted((a, b) => penalised[b] - penalised[a] || a - b)
  const weight = (id: number) => Math.exp((penalised[id] - penalised[order[0]]) / (temperature || 1))
  const all = order.reduce((sum, id) => sum + weight(id), 0)
  const at = (index: number): WordOdds => {
    const id = order[index]
    return { id, rank: index + 1, probability: weight(id) / all, kept: index < keptCount }
  }
  return {
    likeliest: Array.from({ length: Math.min(SHOWN, order.length) }, (_, index) => at(index)),
    drawn: at(order.indexOf(indices[0])),
    keptCount,
  }
}

/** Logits as the sampler's penalty leaves them, rounded as there. */
function penalisedLogits(logits: Float32Array, history: readonly number[], repetition: number): Float32Array {
  const penalised = logits.slice()
  const inverse = Math.fround(1 / Math.fround(repetition))
  for (const id of new Set(history)) penalised[id] *= logits[id] > 0 ? inverse : Math.fround(repetition)
  return penalised
}
