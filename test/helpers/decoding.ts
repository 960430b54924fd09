import { type Decoded, type DecoderOptions, type NextOptions, sampleSync } from 'gumbel-webgpu'
import { expect } from 'vitest'
import { expectCloseLogs } from './log_probs'
import { randomLogits } from './logits'

/** Logits of each step, the same on every backend: `[batchSize, numClasses]`. */
export function logitsOfStep(step: number, { batchSize, numClasses }: DecoderOptions): Float32Array<ArrayBuffer> {
  return randomLogits('normal', batchSize, numClasses, 1000 + step)
}

/** One row a sequence of a bitmask that bans a few classes, others at each step. */
export function bitmaskOfStep(step: number, { batchSize, numClasses }: DecoderOptions): Uint32Array<ArrayBuffer> {
  const words = Math.ceil(numClasses / 32)
  return Uint32Array.from({ length: batchSize * words }, (_, i) => ~(0x10001 << ((step + i) % 16)))
}

/**
 * What sequences become, by a plain loop of `sampleSync` that keeps everything in lists: new tokens, log-probabilities and why each is finished.
 * Of one step, every row has a distribution.
 */
export function plainLoop(options: DecoderOptions, steps: number, nextOf: (step: number) => NextOptions = () => ({})) {
  const {
    batchSize,
    numClasses,
    maxTokens,
    penalties,
    stopTokens = [],
    minTokens = 0,
    padToken = 0,
    step = 0,
  } = options
  const { temperature, topK, topP, minP, tail, seed, streams } = options
  const prompts = options.prompts ?? Array.from({ length: batchSize }, () => [])
  const tokens: number[][] = prompts.map(() => [])
  const logProbs: number[][] = prompts.map(() => [])
  const topIndices: number[][] = prompts.map(() => [])
  const topLogProbs: number[][] = prompts.map(() => [])
  const n = options.topLogProbs ?? 0
  const finished: (string | undefined)[] = prompts.map(() => undefined)
  const given: number[][] = []
  for (let s = 0; s < steps; s++) {
    const { bias, bitmask } = nextOf(s)
    const length = Math.max(1, ...prompts.map((prompt, r) => prompt.length + tokens[r].length))
    const history = new Int32Array(batchSize * length)
    prompts.forEach((prompt, r) => history.set([...Array.from(prompt), ...tokens[r]], r * length))
    const words = Math.ceil(numClasses / 32)
    const allowed = (bitmask as Uint32Array | undefined)?.slice() ?? new Uint32Array(batchSize * words).fill(0xffffffff)
    tokens.forEach((each, r) => {
      if (each.length < minTokens)
        for (const stop of Array.from(stopTokens)) allowed[r * words + (stop >> 5)] &= ~(1 << (stop & 31))
    })
    const drawn = sampleSync(logitsOfStep(s, options), {
      batchSize,
      numClasses,
      temperature,
      topK,
      topP,
      minP,
      tail,
      seed,
      streams,
      step: tokens.map((each) => step + each.length),
      logProbs: options.logProbs,
      topLogProbs: options.topLogProbs,
      bitmask: allowed,
      bias,
      penalties: {
        ...penalties,
        tokens: { data: history, length },
        lengths: prompts.map((prompt, r) => prompt.length + tokens[r].length),
        promptLengths: prompts.map((prompt) => prompt.length),
      },
    })
    given.push(
      tokens.map((each, r) => {
        if (finished[r]) return padToken
        const token = drawn.indices[r]
        each.push(token)
        logProbs[r].push(drawn.logProbs![r])
        topIndices[r].push(...drawn.topIndices!.subarray(r * n, (r + 1) * n))
        topLogProbs[r].push(...drawn.topLogProbs!.subarray(r * n, (r + 1) * n))
        if (each.length === maxTokens) finished[r] = 'length'
        if (Array.from(stopTokens).includes(token)) finished[r] = 'stop'
        return token
      }),
    )
  }
  return { tokens, logProbs, topIndices, topLogProbs, finished, given }
}

/** Fails unless a decoder read what a plain loop has. */
export function expectDecoded(read: Decoded, expected: ReturnType<typeof plainLoop>): void {
  expect(read.tokens.map((each) => [...each])).toEqual(expected.tokens)
  expect(read.finished).toEqual(expected.finished)
  expect(read.topIndices!.map((each) => [...each])).toEqual(expected.topIndices)
  for (const name of ['logProbs', 'topLogProbs'] as const)
    read[name]!.forEach((each, r) => expectCloseLogs(each, Float32Array.from(expected[name][r]), `${name} of row ${r}`))
}

/** Every control on: what tests of decoders run with. */
export const ALL_CONTROLS: DecoderOptions = {
  batchSize: 7,
  numClasses: 501,
  maxTokens: 12,
  seed: [3n, 4n, 5n, 6n, 7n, 8n, 9n],
  streams: 2,
  step: 40,
  temperature: [0, 0.5, 1, 1, 2, 0.8, 1],
  topK: [0, 3, 40, 0, 0, 300, 20],
  topP: [1, 1, 0.9, 0.8, 1, 0.95, 0.5],
  minP: [0, 0, 0, 0.01, 0.05, 0, 0],
  penalties: { repetition: [1.2, 1, 1.5, 1, 1, 1.1, 1], frequency: 0.3, presence: [0, 0.5, 0, 0, 1, 0, 0] },
  prompts: [[1, 2, 3], [], [500, 500, 7], [9], [600, 10], [0], [1, 1, 1, 1, 1]],
  stopTokens: [5, 17, 33, 40, 41, 42, 43, 44, 100, 101, 102, 103, 200, 201, 202, 300, 301, 302, 303, 304, 305, 306],
  minTokens: 3,
  padToken: -7,
  logProbs: true,
  topLogProbs: 4,
}
