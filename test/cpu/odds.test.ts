/** What the page of verses tells of a draw, against a decoder. */
import { createSampler } from 'gumbel-webgpu'
import { expect, test } from 'vitest'
import { type DrawSettings, decoderOptions } from '../../demo/draw_options'
import { oddsOf } from '../../demo/odds'
import { randomLogits } from '../helpers/logits'

const CLASSES = 300
const SETTINGS: DrawSettings = {
  prompt: [7, 9],
  sequences: 3,
  tokens: 12,
  temperature: 0.8,
  seed: 5n,
  topK: 20,
  topP: 0.9,
  minP: 0.01,
  repetitionPenalty: 1.5,
}

test('draws once more what the decoder drew, of words that were kept', async () => {
  const sampler = await createSampler({ backend: 'cpu' })
  for (const change of [{}, { temperature: 0 }, { repetitionPenalty: 1, topK: 0, topP: 1, minP: 0 }, { prompt: [] }]) {
    const settings = { ...SETTINGS, ...change }
    const decoder = sampler.createDecoder({ ...decoderOptions(settings, CLASSES), stopTokens: [] })
    const texts = Array.from({ length: 3 }, () => [...settings.prompt])
    for (let step = 0; step < settings.tokens; step++) {
      const logits = randomLogits('normal', 3, CLASSES, step)
      const ids = await decoder.next(logits)
      for (const [row, history] of texts.entries()) {
        const own = logits.slice(row * CLASSES, (row + 1) * CLASSES)
        const { drawn, likeliest, keptCount } = oddsOf(own, settings, history, { row, step })
        expect(drawn.id).toBe(ids[row])
        expect(drawn.kept).toBe(true)
        expect(likeliest.map(({ kept }) => kept)).toEqual(likeliest.map((_, i) => i < keptCount))
        history.push(ids[row])
      }
    }
  }
})

test('has the probabilities of softmax after the penalty, in their order', () => {
  const off = { ...SETTINGS, temperature: 1, topK: 0, topP: 1, minP: 0, repetitionPenalty: 2 }
  const logits = Float32Array.of(2, -1, 1, 1, -Infinity)
  // Halved where positive, doubled where not: 1, -2, 1, 1.
  const sum = 3 * Math.exp(1) + Math.exp(-2)
  const odds = oddsOf(logits, off, [0, 1, 0], { row: 0, step: 0 })
  expect(odds.likeliest.map(({ id, rank }) => [id, rank])).toEqual([
    [0, 1],
    [2, 2],
    [3, 3],
    [1, 4],
    [4, 5],
  ])
  const expected = [Math.exp(1) / sum, Math.exp(1) / sum, Math.exp(1) / sum, Math.exp(-2) / sum, 0]
  odds.likeliest.forEach(({ probability }, i) => expect(probability).toBeCloseTo(expected[i], 6))
  const two = oddsOf(logits, { ...off, topK: 2 }, [0, 1, 0], { row: 0, step: 0 })
  expect(two.likeliest.map(({ kept }) => kept)).toEqual([true, true, false, false, false])
  expect(two.keptCount).toBe(2)
})
