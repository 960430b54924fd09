import fc from 'fast-check'
import { type GumbelSoftmaxResult, createSampler } from 'gumbel-webgpu'
import { expect } from 'vitest'
import { expectClose, expectSame } from '../helpers/compare'
import { type Case, aligned, casesOf, optionsOf, packedLogits, valueOf } from '../helpers/fuzz/cases'
import { bufferAt, gpuFuzz, rowsAt } from '../helpers/fuzz/gpu'
import { expectSameOutcome, outcomeOf } from '../helpers/fuzz/outcome'
import { margins, recorded, statusesOf } from '../helpers/fuzz/recorded'
import { regimes, wantedOf } from '../helpers/fuzz/regimes'
import { expectSamples, expectWithin, float16Of } from '../helpers/soft'

const cpu = await createSampler({ backend: 'cpu' })

/** Fails unless samples are the CPU's, exactly where they are one-hot, 0 where masked, and add up to 1. */
function expectSamplesOf(each: Case, hard: boolean, actual: Float32Array, expected: GumbelSoftmaxResult): void {
  const { numClasses, numSamples } = each
  const { temperature, tau } = optionsOf(each)
  const logits = packedLogits(each)
  const invalid = new Set(expected.invalidRows.map(({ row }) => row))
  expectSamples(actual, expected.samples, 'samples')
  for (let draw = 0; draw < actual.length / numClasses; draw++) {
    const r = Math.floor(draw / numSamples)
    const y = actual.subarray(draw * numClasses, (draw + 1) * numClasses)
    const row = logits.subarray(r * numClasses, (r + 1) * numClasses)
    const oneHot = hard || valueOf(temperature, r) === 0 || valueOf(tau, r) === 0
    if (oneHot) expectSame(y, expected.samples.subarray(draw * numClasses, (draw + 1) * numClasses), `draw ${draw}`)
    expect(Math.abs(y.reduce((sum, value) => sum + value, 0) - Number(!invalid.has(r))), `sum ${draw}`).toBeLessThan(
      1e-5,
    )
    expect(
      y.findIndex((value, c) => (row[c] === -Infinity || invalid.has(r)) && value !== 0),
      `masked of ${draw}`,
    ).toBe(-1)
  }
}

const calls = fc.record({
  each: casesOf(regimes('oneGroupAnywhere', 'fewLanes', 'subgroups', 'held', 'long', 'parts')),
  hard: fc.boolean(),
})

gpuFuzz('gumbelSoftmax() gives what the CPU gives', 400, calls, async (gpu, { each, hard }) => {
  const { regime } = each
  const { host, given } = rowsAt(gpu, each, packedLogits(each))
  const options = { ...optionsOf(each), hard, logProbs: regime.logProbs }
  const actual = await outcomeOf(() => gpu.samplerOf(regime.variant).gumbelSoftmax(given, options))
  const expected = await outcomeOf(() => cpu.gumbelSoftmax(host, options))
  expectSameOutcome<GumbelSoftmaxResult>(actual, expected, (a, e) => {
    expectSame(a.indices, e.indices, 'indices')
    if (regime.logProbs) expectClose(a.logProbs, e.logProbs, 1e-5, 'logProbs')
    expect(a.invalidRows).toEqual(e.invalidRows)
    expectSamplesOf(each, hard, a.samples, e)
  })
})

const recordings = (cases: fc.Arbitrary<Case>) =>
  fc.record({
    each: cases,
    hard: fc.boolean(),
    wanted: fc.record({ indices: fc.boolean(), statuses: fc.boolean() }),
    margins,
  })

for (const [type, runs, cases] of [
  ['float32', 200, casesOf(regimes('oneGroupAnywhere', 'parts'))],
  ['float16', 200, casesOf(regimes('oneGroup', 'fewLanes', 'parts'))],
] as const)
  gpuFuzz(
    `encodeGumbelSoftmax() writes ${type} samples of the CPU, and nothing else`,
    runs,
    recordings(cases),
    async (gpu, recording) => {
      const { each, hard } = recording
      const { numClasses, numSamples, regime } = each
      const wanted = wantedOf(regime, recording.wanted)
      const { offset, gap, apart } = aligned(each, recording.margins)
      const { host, given: logits } = bufferAt(gpu, each, packedLogits(each))
      const options = { ...optionsOf(each), hard, invalidRows: 'mark' } as const
      const expected = await cpu.gumbelSoftmax(host, { ...options, logProbs: true })
      const draws = options.batchSize * numSamples
      const unit = type === 'float16' ? 2 : 1
      const words = Math.ceil(numClasses / unit)
      const results = { count: 1, length: draws, offset, gap: 0 }
      const regions = {
        samples: { count: draws, length: words, offset, gap },
        indices: wanted.indices ? results : undefined,
        logProbs: regime.logProbs ? results : undefined,
        statuses: wanted.statuses ? results : undefined,
      }
      const written = await recorded(gpu, regions, apart, (encoder, views) => {
        const { buffer } = views.samples!
        const samples = { buffer, type, offset: unit * views.samples!.offset, rowStride: unit * (words + gap) }
        gpu.samplerOf(regime.variant).encodeGumbelSoftmax(encoder, { ...options, ...views, logits, samples })
      })
      if (type === 'float32') expectSamplesOf(each, hard, new Float32Array(written.samples!.buffer), expected)
      else {
        const halves = new Uint16Array(written.samples!.buffer)
        const values = (width: number, of: (draw: number, c: number) => number) =>
          Float32Array.from({ length: draws * width }, (_, i) => of(Math.floor(i / width), i % width))
        const padded = values(2 * words, (draw, c) => (c < numClasses ? expected.samples[draw * numClasses + c] : 0))
        // Conversion to float16 may round either way: an ulp, 2^-24 where it is subnormal.
        expectWithin(Float32Array.from(halves, float16Of), padded, (y) => 2 ** -10 * y + 2 ** -24, 'samples')
      }
      const { indices, logProbs, statuses } = written
      if (indices) expectSame(new Int32Array(indices.buffer), expected.indices, 'indices')
      if (logProbs) expectClose(new Float32Array(logProbs.buffer), expected.logProbs, 1e-5, 'logProbs')
      if (statuses) expectSame(statuses, statusesOf(expected.invalidRows, options.batchSize, numSamples), 'statuses')
    },
  )
