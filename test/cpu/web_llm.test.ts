/**
 * `gumbel-webgpu/web-llm`, against the types of WebLLM and what its engine does with a processor, in the order of `sampleTokenFromLogits`. The
 * engine itself runs nothing but models that were compiled for it, of which there are none here.
 */
import type { LogitProcessor, MLCEngineConfig } from '@mlc-ai/web-llm'
import { sampleSync } from 'gumbel-webgpu'
import { GumbelLogitProcessor, type WebLlmDrawOptions } from 'gumbel-webgpu/web-llm'
import { expect, test } from 'vitest'
import { randomLogits } from '../helpers/logits'

const numClasses = 500
const steps = 20
const rows = Array.from({ length: steps }, (_, n) => randomLogits('normal', 1, numClasses, n + 1))
const draws = { seed: 42n, temperature: 0.8, topK: 40, topP: 0.95, bias: { classes: [3], values: [-Infinity] } }

/** Samples as the engine does after the processor, of which a single class is left; softmax in float32. */
function sampled(processor: LogitProcessor, logits: Float32Array, temperature: number): number {
  const left = processor.processLogits(logits)
  const most = left.reduce((a, b) => Math.max(a, b))
  const masses = left.map((each) => Math.exp((each - most) / temperature))
  const token = masses.indexOf(1)
  expect(masses.reduce((a, b) => a + b)).toBe(1)
  processor.processSampledToken(token)
  return token
}

test('is a processor of the registry', () => {
  const processor = new GumbelLogitProcessor(draws)
  const config: MLCEngineConfig = { logitProcessorRegistry: new Map([['a model', processor]]) }
  expect(config.logitProcessorRegistry!.get('a model')).toBe(processor)
})

test.each([1e-6, 1, 2])('the n-th token is drawn at step n, whatever the temperature of the engine (%f)', (other) => {
  const processor = new GumbelLogitProcessor({ ...draws, streams: 3 })
  const write = () => rows.map((logits) => sampled(processor, logits, other))
  const texts = rows.map((logits, step) => sampleSync(logits, { ...draws, numClasses, streams: 3, step }).indices[0])
  expect(write()).toEqual(texts)
  expect(processor.step).toBe(steps)
  processor.resetState()
  expect(write()).toEqual(texts)
  processor.step = 5
  expect(sampled(processor, rows[5], other)).toBe(texts[5])
})

test('penalties look at what was drawn', () => {
  const penalties = { repetition: 1.5, frequency: 0.5, presence: 1 }
  const processor = new GumbelLogitProcessor({ seed: 1n, temperature: 0.3, penalties })
  const tokens: number[] = []
  for (let step = 0; step < steps; step++) {
    const given = tokens.length > 0 ? { penalties: { ...penalties, tokens: Int32Array.from(tokens) } } : {}
    const options = { seed: 1n, temperature: 0.3, numClasses, step, ...given }
    tokens.push(sampled(processor, rows[0], 1))
    expect(tokens.at(-1)).toBe(sampleSync(rows[0], { ...options, streams: 0 }).indices[0])
  }
  expect(new Set(tokens).size).toBeGreaterThan(3)
})

test('logits stay as they were', () => {
  const logits = rows[0].slice()
  new GumbelLogitProcessor(draws).processLogits(logits)
  expect(logits).toEqual(rows[0])
})

test('a token that the engine takes instead is an error', () => {
  const processor = new GumbelLogitProcessor({ seed: 1n, temperature: 0 })
  const drawn = rows[0].indexOf(Math.max(...rows[0]))
  processor.processLogits(rows[0])
  expect(() => processor.processSampledToken(drawn + 1)).toThrow(
    `WebLLM took token ${drawn + 1}, where ${drawn} was drawn; logit_bias must not be set`,
  )
  processor.processSampledToken(drawn)
  expect(processor.step).toBe(1)
})

test('refuses what it does not know, and what is wrong', () => {
  const unknown = { seed: 1n, top_p: 0.9 } as WebLlmDrawOptions
  expect(() => new GumbelLogitProcessor(unknown)).toThrow('options.top_p is not known; options may have seed, ')
  const wrong = new GumbelLogitProcessor({ seed: 1n, temperature: -1 })
  expect(() => wrong.processLogits(rows[0])).toThrow('temperature is -1')
  expect(() => new GumbelLogitProcessor({ seed: 1n }).processLogits(new Float32Array(2).fill(NaN))).toThrow(
    'logits: row 0 holds NaN',
  )
})
