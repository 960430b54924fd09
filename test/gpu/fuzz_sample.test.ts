import fc from 'fast-check'
import { type NoiseKind, type SampleResult, createSampler } from 'gumbel-webgpu'
import { expect } from 'vitest'
import { widenBfloat16, widenFloat16 } from '../../src/halves'
import { bufferOptions, hostOptions, randomControls } from '../helpers/adjusted'
import { expectClose, expectSame } from '../helpers/compare'
import { randomFilters } from '../helpers/filters'
import { aligned, casesOf, optionsOf, packedLogits } from '../helpers/fuzz/cases'
import { bufferAt, gpuFuzz, halvesAt, rowsAt } from '../helpers/fuzz/gpu'
import { expectSameOutcome, outcomeOf } from '../helpers/fuzz/outcome'
import { margins, recorded, statusesOf } from '../helpers/fuzz/recorded'
import { regimes, wantedOf } from '../helpers/fuzz/regimes'
import { type HalfType, halvesOf } from '../helpers/halves'
import { expectCloseLogs } from '../helpers/log_probs'
import { Random } from '../helpers/random'

const cpu = await createSampler({ backend: 'cpu' })

const calls = fc.record({ each: casesOf(regimes()), wanted: fc.record({ scores: fc.boolean() }) })

gpuFuzz('sample() draws what the CPU draws', 400, calls, async (gpu, { each, wanted }) => {
  const { regime } = each
  const { host, given } = rowsAt(gpu, each, packedLogits(each))
  const options = { ...optionsOf(each), ...wantedOf(regime, wanted), logProbs: regime.logProbs }
  const actual = await outcomeOf(() => gpu.samplerOf(regime.variant).sample(given, options))
  const expected = await outcomeOf(() => cpu.sample(host, options))
  expectSameOutcome<SampleResult>(actual, expected, (a, e) => {
    expectSame(a.indices, e.indices, 'indices')
    if (options.scores) expectSame(a.scores, e.scores, 'scores')
    if (options.logProbs) expectClose(a.logProbs, e.logProbs, 1e-5, 'logProbs')
    expect([!a.scores, !a.logProbs]).toEqual([!options.scores, !options.logProbs])
    expect(a.invalidRows).toEqual(e.invalidRows)
  })
})

const adjusted = fc.record({
  each: casesOf(regimes('oneGroupAnywhere', 'fewLanes', 'parts')),
  controls: fc.record({ seed: fc.nat(2 ** 30), edges: fc.boolean() }),
  form: fc.constantFrom('bare', 'view', 'buffer'),
})

gpuFuzz(
  'sample() of adjusted logits draws what the CPU draws',
  200,
  adjusted,
  async (gpu, { each, controls, form }) => {
    const { host, given } = rowsAt(gpu, each, packedLogits(each))
    const options = { ...optionsOf(each), scores: true }
    const changes = randomControls(new Random(controls.seed), options, controls.edges)
    const onHost = hostOptions(changes, form === 'view' ? 'view' : 'bare')
    const onDevice = form === 'buffer' ? bufferOptions(gpu, changes) : onHost
    const actual = await outcomeOf(() => gpu.samplerOf(each.regime.variant).sample(given, { ...options, ...onDevice }))
    const expected = await outcomeOf(() => cpu.sample(host, { ...options, ...onHost }))
    expectSameOutcome<SampleResult>(actual, expected, (a, e) => {
      expectSame(a.indices, e.indices, 'indices')
      expectSame(a.scores, e.scores, 'scores')
      expect(a.invalidRows).toEqual(e.invalidRows)
    })
  },
)

const controlled = fc.record({
  each: casesOf(regimes('fewLanes', 'parts')),
  seed: fc.nat(2 ** 30),
  adjusts: fc.boolean(),
  logProbs: fc.constantFrom<('raw' | true)[]>(true, 'raw'),
  topLogProbs: fc.constantFrom(1, 7, 512),
  replacement: fc.boolean(),
})

gpuFuzz(
  'sample() with filters a row, lists and without replacement draws what the CPU draws',
  100,
  controlled,
  async (gpu, { each, seed, adjusts, ...asked }) => {
    const { host, given } = rowsAt(gpu, each, packedLogits(each))
    const random = new Random(seed)
    const perRow = { ...optionsOf(each), ...asked, classOffset: 0, scores: true, kept: true }
    const options = { ...perRow, ...randomFilters(random, perRow.batchSize) }
    const changes = adjusts ? hostOptions(randomControls(random, options)) : {}
    const actual = await outcomeOf(() => gpu.samplerOf(each.regime.variant).sample(given, { ...options, ...changes }))
    const expected = await outcomeOf(() => cpu.sample(host, { ...options, ...changes }))
    expectSameOutcome<SampleResult>(actual, expected, (a, e) => {
      for (const name of ['indices', 'scores', 'keptCounts', 'keptLogits', 'keptClasses', 'topIndices'] as const)
        expectSame(a[name], e[name], name)
      expectCloseLogs(a.logProbs, e.logProbs, 'logProbs')
      expectCloseLogs(a.topLogProbs, e.topLogProbs, 'topLogProbs')
      expect(a.invalidRows).toEqual(e.invalidRows)
    })
  },
)

const halved = fc.record({
  each: casesOf(regimes('oneGroupAnywhere', 'fewLanes', 'parts')),
  type: fc.constantFrom<HalfType[]>('float16', 'bfloat16'),
  seed: fc.nat(2 ** 30),
  typed: fc.boolean(),
})

gpuFuzz(
  'sample() of 16-bit logits, with a step a row, draws what the CPU draws of their float32 copies',
  200,
  halved,
  async (gpu, { each, type, seed, typed }) => {
    const random = new Random(seed)
    const fixed = optionsOf(each)
    const { batchSize, numClasses } = fixed
    const steps = Array.from({ length: batchSize }, () => random.whole(0, 2 ** 32 - 1))
    const options = { ...fixed, step: typed ? Uint32Array.from(steps) : steps, scores: true }
    const packed = halvesOf(type, batchSize * numClasses, seed)
    const { host, given } = halvesAt(gpu, each, type, packed)
    const actual = await outcomeOf(() => gpu.samplerOf(each.regime.variant).sample(given, options))
    const widened = type === 'float16' ? widenFloat16(packed) : widenBfloat16(packed)
    for (const logits of [host, widened]) {
      const expected = await outcomeOf(() => cpu.sample(logits, options))
      expectSameOutcome<SampleResult>(actual, expected, (a, e) => {
        expectSame(a.indices, e.indices, 'indices')
        expectSame(a.scores, e.scores, 'scores')
        expect(a.invalidRows).toEqual(e.invalidRows)
      })
    }
  },
)

const recordings = fc.record({
  each: casesOf(regimes('oneGroupAnywhere', 'fewLanes', 'parts')),
  wanted: fc.record({ scores: fc.boolean(), statuses: fc.boolean() }),
  type: fc.constantFrom<('int32' | 'int64')[]>('int32', 'int64'),
  margins,
})

gpuFuzz('encodeSample() writes what the CPU draws, and nothing else', 300, recordings, async (gpu, recording) => {
  const { each, type } = recording
  const { numSamples, regime } = each
  const wanted = wantedOf(regime, recording.wanted)
  const { host, given: logits } = bufferAt(gpu, each, packedLogits(each))
  const options = { ...optionsOf(each), invalidRows: 'mark' } as const
  const expected = await cpu.sample(host, { ...options, scores: true, logProbs: true })
  const { offset, apart } = aligned(each, recording.margins)
  const words = { count: 1, length: options.batchSize * numSamples, offset, gap: 0 }
  const regions = {
    indices: { ...words, length: words.length * (type === 'int64' ? 2 : 1) },
    logProbs: regime.logProbs ? words : undefined,
    scores: wanted.scores ? words : undefined,
    statuses: wanted.statuses ? words : undefined,
  }
  const written = await recorded(gpu, regions, apart, (encoder, views) => {
    const indices = { ...views.indices!, type }
    gpu.samplerOf(regime.variant).encodeSample(encoder, { ...options, ...views, logits, indices })
  })
  const indices = [...expected.indices].flatMap((index) => (type === 'int64' ? [index, index < 0 ? -1 : 0] : index))
  expectSame(new Int32Array(written.indices!.buffer), indices, 'indices')
  const { logProbs, scores, statuses } = written
  if (logProbs) expectClose(new Float32Array(logProbs.buffer), expected.logProbs, 1e-5, 'logProbs')
  if (scores) expectSame(new Float32Array(scores.buffer), expected.scores, 'scores')
  if (statuses) expectSame(statuses, statusesOf(expected.invalidRows, options.batchSize, numSamples), 'statuses')
})

const noises = fc.record({
  kind: fc.constantFrom<NoiseKind>('bits', 'uniform', 'exponential', 'gumbel'),
  each: casesOf(regimes()),
})

gpuFuzz('noise() is the CPU noise', 200, noises, async (gpu, { kind, each }) => {
  const options = optionsOf(each)
  const actual = await gpu.samplerOf(each.regime.variant).noise(kind as 'gumbel', options)
  expectSame(actual, await cpu.noise(kind as 'gumbel', options), kind)
})
