import { createSampler, sampleSync } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { DRAFTED, K, POSITIONS, draftLogits, draftsOf, nearby } from '../helpers/drafts'

const cpu = await createSampler({ backend: 'cpu' })

/** Position i of each sequence drawn by itself, as a loop without drafts draws it. */
function drawnAlone(logits: Float32Array): Int32Array {
  const { batchSize, numClasses, step, ...others } = DRAFTED
  const drawn = new Int32Array(batchSize * POSITIONS)
  for (let i = 0; i < POSITIONS; i++) {
    const data = new Float32Array(batchSize * numClasses)
    for (let r = 0; r < batchSize; r++)
      data.set(logits.subarray((r * POSITIONS + i) * numClasses, (r * POSITIONS + i + 1) * numClasses), r * numClasses)
    const { indices } = sampleSync(data, { ...others, batchSize, numClasses, step: step.map((each) => each + i) })
    indices.forEach((index, r) => (drawn[r * POSITIONS + i] = index))
  }
  return drawn
}

describe('verifyDraft', () => {
  test('gives what is drawn without drafts, as far as a draft agrees', async () => {
    const logits = draftLogits()
    const drawn = drawnAlone(logits)
    const { indices, accepted, logProbs, invalidRows } = await cpu.verifyDraft(logits, draftsOf(drawn), {
      ...DRAFTED,
      logProbs: true,
    })
    expect([...accepted]).toEqual([0, 1, 2, 3, 4])
    const expected = drawn.map((index, i) => (i % POSITIONS <= Math.floor(i / POSITIONS) ? index : -1))
    expect(indices).toEqual(expected)
    expect([...logProbs!].map((each) => !Number.isNaN(each))).toEqual([...expected].map((each) => each >= 0))
    expect(invalidRows).toEqual([])
  })

  test('the text is that of no drafts for any drafter, and one with the same noise is accepted most', async () => {
    const options = { batchSize: 400, numClasses: 60, seed: 5n, step: 3 }
    const logits = nearby(new Float32Array(400 * POSITIONS * 60), 1.5, 1)
    const none = await cpu.verifyDraft(logits, new Int32Array(400 * K).fill(-1), options)
    expect([...none.accepted]).toEqual(Array(400).fill(0))
    const counts: number[] = []
    const theirs = nearby(logits, 0.5, 2)
    const steps = Array.from({ length: 400 * POSITIONS }, (_, i) => 3 + (i % POSITIONS))
    const streams = Array.from({ length: 400 * POSITIONS }, (_, i) => Math.floor(i / POSITIONS))
    const rows = { batchSize: 400 * POSITIONS, numClasses: 60, step: steps, streams }
    for (const seed of [5n, 6n]) {
      const drafter = sampleSync(theirs, { ...rows, seed }).indices
      const draft = Int32Array.from({ length: 400 * K }, (_, i) => drafter[Math.floor(i / K) * POSITIONS + (i % K)])
      const { indices, accepted } = await cpu.verifyDraft(logits, draft, options)
      const alone = sampleSync(logits, { ...rows, seed: 5n }).indices
      for (let r = 0; r < 400; r++)
        for (let i = 0; i <= accepted[r]; i++)
          if (indices[r * POSITIONS + i] !== alone[r * POSITIONS + i]) expect.fail(`sequence ${r}, position ${i}`)
      counts.push(accepted.reduce((sum, each) => sum + each, 0))
    }
    // The same noise accepts a third of 1,600 tokens and more, other noise what chance gives.
    expect(counts[0]).toBeGreaterThan(2 * counts[1])
  })

  test('a row without a distribution counts only where its position is reached', async () => {
    const logits = draftLogits()
    const drawn = drawnAlone(logits)
    logits[4 * DRAFTED.numClasses] = NaN // Position 4 of sequence 0, whose draft differs at 0.
    expect((await cpu.verifyDraft(logits, draftsOf(drawn), DRAFTED)).accepted[0]).toBe(0)
    logits[(POSITIONS + 1) * DRAFTED.numClasses] = NaN // Position 1 of sequence 1, whose draft differs there.
    await expect(cpu.verifyDraft(logits, draftsOf(drawn), DRAFTED)).rejects.toThrow('logits: row 1 holds NaN')
    const marked = await cpu.verifyDraft(logits, draftsOf(drawn), { ...DRAFTED, invalidRows: 'mark' })
    expect(marked.invalidRows).toEqual([{ row: 1, reason: 'nan' }])
    expect([...marked.accepted]).toEqual([0, 1, 2, 3, 4])
    expect([...marked.indices.subarray(POSITIONS, POSITIONS + 2)]).toEqual([drawn[POSITIONS], -1])
  })

  test.each([
    [{ penalties: { tokens: new Int32Array(5) } }, 'options.penalties is not known'],
    [{ numSamples: 2 }, 'options.numSamples is not known'],
    [{ batchSize: 3 }, 'draft has 20 tokens; it must have as many, at least 1, for each row of batchSize (3)'],
    [{ seed: undefined }, 'seed is undefined'],
    [{ step: 2 ** 32 - 2 }, 'step is 4294967296; it must be a whole number from 0 to 4294967295'],
  ])('refuses %o', async (given, message) => {
    await expect(cpu.verifyDraft(draftLogits(), new Int32Array(20), { ...DRAFTED, ...given } as never)).rejects.toThrow(
      message,
    )
  })

  test('refuses a draft that is no Int32Array', async () => {
    await expect(cpu.verifyDraft(draftLogits(), [1] as never, DRAFTED)).rejects.toThrow('draft is [object Array]')
  })
})
