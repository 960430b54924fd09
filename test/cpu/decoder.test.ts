import { createSampler } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { ALL_CONTROLS, bitmaskOfStep, expectDecoded, logitsOfStep, plainLoop } from '../helpers/decoding'

const sampler = await createSampler({ backend: 'cpu' })
const SMALL = { batchSize: 2, numClasses: 40, maxTokens: 5, seed: 1n }

describe('a decoder on the CPU', () => {
  test('writes what a plain loop does, with every control on', async () => {
    const nextOf = (step: number) => ({
      bitmask: bitmaskOfStep(step, ALL_CONTROLS),
      bias: { classes: [3, 8], values: [2, -Infinity] },
    })
    const expected = plainLoop(ALL_CONTROLS, 14, nextOf)
    expect(new Set(expected.finished)).toEqual(new Set(['stop', 'length']))
    const decoder = sampler.createDecoder(ALL_CONTROLS)
    for (let step = 0; step < 14; step++)
      expect([...(await decoder.next(logitsOfStep(step, ALL_CONTROLS), nextOf(step)))], `step ${step}`).toEqual(
        expected.given[step],
      )
    expectDecoded(await decoder.read(), expected)
  })

  test('is made with a bias and a bitmask of every token, which it copies, and those of next() stand in their place', async () => {
    const allowed = (...classes: number[]) => {
      const words = new Uint32Array(2)
      for (const c of classes) words[c >> 5] |= 1 << (c & 31)
      return { data: words, rowStride: 0 }
    }
    const bitmask = allowed(3, 17, 38)
    const decoder = sampler.createDecoder({ ...SMALL, bitmask, bias: { classes: [17], values: [-Infinity] } })
    bitmask.data.fill(0)
    const logits = new Float32Array(2 * 40)
    const seen = new Set<number>()
    for (let step = 0; step < 3; step++) for (const token of await decoder.next(logits)) seen.add(token)
    expect([...seen].toSorted((a, b) => a - b)).toEqual([3, 38])
    expect([...(await decoder.next(logits, { bitmask: allowed(5, 17) }))]).toEqual([5, 5])
    const bias = { classes: [3, 5], values: [-Infinity, 0] }
    expect([...(await decoder.next(logits, { bias, bitmask: allowed(3, 17) }))]).toEqual([17, 17])
  })

  test('keeps raw log-probabilities and lists of them, and none of tokens that are appended', async () => {
    const options = { ...ALL_CONTROLS, logProbs: 'raw', minTokens: 0 } as const
    const expected = plainLoop(options, 14)
    const decoder = sampler.createDecoder(options)
    for (let step = 0; step < 14; step++) await decoder.next(logitsOfStep(step, options))
    expectDecoded(await decoder.read(), expected)
    decoder.restart([0])
    decoder.append(new Int32Array(7).fill(9))
    const { topIndices, topLogProbs } = await decoder.read()
    expect([...topIndices![0]]).toEqual([-1, -1, -1, -1])
    expect([...topLogProbs![0]]).toEqual([NaN, NaN, NaN, NaN])
  })

  test('appends tokens as if they had been drawn', async () => {
    const options = { ...SMALL, stopTokens: [39], penalties: { presence: 100 } }
    const drawn = sampler.createDecoder(options)
    for (let step = 0; step < 4; step++) await drawn.next(logitsOfStep(step, options))
    const { tokens } = await drawn.read()
    const appended = sampler.createDecoder(options)
    appended.append(Int32Array.of(...tokens[0].subarray(0, 3), ...tokens[1].subarray(0, 3)), [3, 3])
    await appended.next(logitsOfStep(3, options))
    expect((await appended.read()).tokens).toEqual(tokens)
    appended.append(Int32Array.of(39, 39, 7, 39), [2, 1])
    const read = await appended.read()
    expect(read.tokens.map((each) => each.length)).toEqual([5, 5])
    expect(read.finished).toEqual(['stop', 'length'])
    appended.append(Int32Array.of(1, 1))
    expect((await appended.read()).tokens).toEqual(read.tokens)
  })

  test('restarts sequences, and the others go on', async () => {
    const options = { ...SMALL, maxTokens: 3, maxPromptTokens: 2 }
    const decoder = sampler.createDecoder(options)
    for (let step = 0; step < 3; step++) await decoder.next(logitsOfStep(step, options))
    expect((await decoder.read()).finished).toEqual(['length', 'length'])
    const before = (await decoder.read()).tokens
    decoder.restart([1], { prompts: [[4, 5]], seeds: [1n], streams: [0] })
    // The second sequence now is the first one of a new decoder, whose logits are its own.
    const logits = logitsOfStep(0, options)
    const other = sampler.createDecoder({ ...options, batchSize: 1 })
    const [token] = await other.next(logits.subarray(40))
    expect([...(await decoder.next(logits))]).toEqual([0, token])
    expect((await decoder.read()).tokens).toEqual([before[0], Int32Array.of(token)])
  })

  test('appends nothing where a row has no distribution', async () => {
    const decoder = sampler.createDecoder(SMALL)
    await decoder.next(logitsOfStep(0, SMALL))
    const { tokens } = await decoder.read()
    const logits = logitsOfStep(1, SMALL)
    logits[50] = NaN
    await expect(decoder.next(logits)).rejects.toThrow('logits: row 1 holds NaN; no token was appended to any sequence')
    expect((await decoder.read()).tokens).toEqual(tokens)
  })

  test('does not look at logits of finished sequences', async () => {
    const decoder = sampler.createDecoder({ ...SMALL, stopTokens: [3] })
    decoder.append(Int32Array.of(3, 8))
    const logits = logitsOfStep(1, SMALL)
    logits.fill(NaN, 0, 40)
    expect((await decoder.next(logits))[0]).toBe(0)
    expect((await decoder.read()).tokens.map((each) => each.length)).toEqual([1, 2])
  })

  test.each([
    [{ maxTokens: 0 }, 'maxTokens is 0; it must be a whole number from 1 to 16777216'],
    [{ numSamples: 2 }, 'options.numSamples is not known'],
    [{ replacement: false }, 'options.replacement is not known'],
    [{ topLogProbs: 2 }, 'topLogProbs is given without logProbs'],
    [{ logProbs: 'drawn' }, "logProbs is drawn; it must be true, false or 'raw'"],
    [{ classOffset: 8 }, 'options.classOffset is not known'],
    [{ stopTokens: [40] }, 'stopTokens[0] is 40; it must be a whole number from 0 to 39'],
    [{ prompts: [[1]] }, 'prompts has 1 lists; it must have one a sequence (2)'],
    [{ prompts: [[1, 2], []], maxPromptTokens: 1 }, 'maxPromptTokens is 1; it must be a whole number from 2'],
    [{ minTokens: 6 }, 'minTokens is 6; it must be a whole number from 0 to 5'],
    [{ topP: 2 }, 'topP is 2; it must be from 0 to 1'],
    [{ penalties: { repetitions: 1 } }, 'penalties.repetitions is not known; did you mean repetition?'],
    [{ penalties: { repetition: -1 } }, 'penalties.repetition is -1; it must be from 1e-37 to 1e37'],
    [{ temperature: [1] }, 'temperature has 1 values; it must be one value, or batchSize (2) values'],
    [{ seed: undefined }, 'seed is undefined; it must be a bigint or a number'],
    [{ indexType: 'int16' }, "indexType is int16; it must be 'int32' or 'int64'"],
  ])('refuses %o', (given, message) => {
    expect(() => sampler.createDecoder({ ...SMALL, ...given } as never)).toThrow(message)
  })

  test('refuses what does not fit it', async () => {
    const inBuffer = { buffer: { size: 64, usage: 128 } as GPUBuffer } as never
    expect(() => sampler.createDecoder({ ...SMALL, bias: inBuffer })).toThrow(
      new TypeError('bias is in a GPU buffer, which next and encodeNext take; it must be in host memory'),
    )
    expect(() => sampler.createDecoder({ ...SMALL, bitmask: new Uint32Array(3) })).toThrow(
      /^bitmask has 3 words; it must have /,
    )
    const decoder = sampler.createDecoder(SMALL)
    expect(() => decoder.append([1, 2] as never)).toThrow('tokens is [object Array]; it must be an Int32Array')
    expect(() => decoder.append(Int32Array.of(1, 2, 3))).toThrow(
      'tokens has 3 values; it must have as many for each row',
    )
    expect(() => decoder.append(Int32Array.of(1, 2), [1, 2])).toThrow(
      'lengths[1] is 2; it must be a whole number from 0 to 1',
    )
    expect(() => decoder.restart([2])).toThrow('rows[0] is 2; it must be a whole number from 0 to 1')
    expect(() => decoder.restart([0], { prompts: [[1]] })).toThrow(
      'prompts[0].length is 1; it must be a whole number from 0 to 0',
    )
    expect(() => decoder.restart([0], { seeds: [1n, 2n] })).toThrow(
      'seeds has 2 values; it must have one a row of rows (1)',
    )
    expect(() => decoder.encodeNext({} as never, new Float32Array(80))).toThrow(
      "encodeNext records for a GPU; this sampler's backend is 'cpu'",
    )
    await expect(decoder.next(new Float32Array(79))).rejects.toThrow('logits hold 79 elements')
  })
})
