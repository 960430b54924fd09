import fc from 'fast-check'
import { type GumbelGivenIndexResult, createSampler } from 'gumbel-webgpu'
import { expect } from 'vitest'
import { expectSame } from '../helpers/compare'
import { type Case, aligned, casesOf, optionsOf, packedLogits, valueOf } from '../helpers/fuzz/cases'
import { bufferAt, gpuFuzz, rowsAt } from '../helpers/fuzz/gpu'
import { expectSameOutcome, outcomeOf } from '../helpers/fuzz/outcome'
import { margins, recorded } from '../helpers/fuzz/recorded'
import { regimes, wantedOf } from '../helpers/fuzz/regimes'
import { Random } from '../helpers/random'
import { expectWithin } from '../helpers/soft'
import { firstMaximum } from '../helpers/reference'

const cpu = await createSampler({ backend: 'cpu' })

/** Noise that is larger may have passed float32's range on its way. */
const MOST = 1e36

const calls = fc.record({
  each: casesOf(regimes('oneGroup', 'fewLanes', 'subgroups'), true),
  classes: fc.nat(2 ** 16),
  inBuffer: fc.boolean(),
  /** Draws whose given class is no class of the row. */
  outside: fc.array(fc.record({ draw: fc.nat(2 ** 10), by: fc.constantFrom(-1, -8, 2 ** 30) }), { maxLength: 2 }),
  wanted: fc.record({ statuses: fc.boolean() }),
  margins,
})

/** A class for each draw, masked ones and none (-1) among them. */
function givenClasses(each: Case, seed: number): Int32Array<ArrayBuffer> {
  const random = new Random(seed)
  const { batchSize, numClasses, numSamples = 1, classOffset = 0 } = optionsOf(each)
  return Int32Array.from({ length: batchSize * numSamples }, () =>
    random.whole(0, 20) === 0 ? -1 : classOffset + random.whole(0, numClasses - 1),
  )
}

/** Fails unless the given class wins each draw with the GPU's noise, which is the CPU's within rounding. */
function expectNoiseOf(each: Case, indices: Int32Array, actual: Float32Array, expected: Float32Array): void {
  const { numClasses, numSamples } = each
  const { temperature: temperatures, classOffset = 0 } = optionsOf(each)
  const packed = packedLogits(each)
  indices.forEach((index, draw) => {
    const r = Math.floor(draw / numSamples)
    const logits = packed.subarray(r * numClasses, (r + 1) * numClasses)
    const [noise, e] = [actual, expected].map((all) => all.subarray(draw * numClasses, (draw + 1) * numClasses))
    if (e.every((value) => value === 0)) return expectSame(noise, e, `draw ${draw}`)
    if (e.some((value) => !(Math.abs(value) < MOST))) return
    const temperature = Math.fround(valueOf(temperatures, r))
    const given = index - classOffset
    expect(noise.every(Number.isFinite), `the noise of draw ${draw} is finite`).toBe(true)
    expect(firstMaximum(logits, noise, temperature), `the first maximum of draw ${draw}`).toBe(given)
    // Noise that would win is lowered by more than the rounding of the given class's noise.
    const step = Math.abs(e[given]) * 2 ** -23
    expectWithin(noise, e, (value) => 2e-5 * Math.max(1, Math.abs(value)) + 8 * step, `draw ${draw}`)
  })
}

gpuFuzz('gumbelGivenIndex() gives what the CPU gives', 300, calls, async (gpu, { each, classes, inBuffer }) => {
  const { regime } = each
  const { host, given } = rowsAt(gpu, each, packedLogits(each))
  const indices = givenClasses(each, classes)
  const givenIndices = inBuffer ? { buffer: gpu.upload(new Uint32Array(indices.buffer)) } : indices
  const options = optionsOf(each)
  const actual = await outcomeOf(() => gpu.samplerOf(regime.variant).gumbelGivenIndex(given, givenIndices, options))
  const expected = await outcomeOf(() => cpu.gumbelGivenIndex(host, indices, options))
  expectSameOutcome<GumbelGivenIndexResult>(actual, expected, (a, e) => {
    expect(a.invalidRows).toEqual(e.invalidRows)
    expectNoiseOf(each, indices, a.noise, e.noise)
  })
})

gpuFuzz('encodeGumbelGivenIndex() writes what the CPU gives, and nothing else', 200, calls, async (gpu, call) => {
  const { each, classes, outside } = call
  const { numClasses, numSamples, regime } = each
  const { host, given: logits } = bufferAt(gpu, each, packedLogits(each))
  const indices = givenClasses(each, classes)
  const options = { ...optionsOf(each), invalidRows: 'mark' } as const
  const expected = await cpu.gumbelGivenIndex(host, indices, options)
  const reasons = new Map(expected.invalidRows.map(({ row, reason }) => [row, reason]))
  const draws = indices.length
  const statuses = Uint32Array.from(indices, (index, draw) => {
    const r = Math.floor(draw / numSamples)
    const reason = reasons.get(r)
    if (reason && reason !== 'given-masked') return ['', 'nan', 'positive-infinity', 'all-masked'].indexOf(reason)
    if (index < 0) return 4
    return host.data[host.offset + r * host.rowStride + index - options.classOffset!] === -Infinity ? 4 : 0
  })
  const given = Int32Array.from(indices)
  for (const { draw, by } of outside) {
    const at = draw % draws
    given[at] =
      options.classOffset! + (by < 0 ? by : numClasses + (by % (2 ** 31 - 1 - options.classOffset! - numClasses + 1)))
    statuses[at] ||= 4
    expected.noise.fill(0, at * numClasses, (at + 1) * numClasses)
  }
  const { offset, gap, apart } = aligned(each, call.margins)
  const regions = {
    noise: { count: draws, length: numClasses, offset, gap },
    statuses: wantedOf(regime, call.wanted).statuses ? { count: 1, length: draws, offset, gap: 0 } : undefined,
  }
  const before = new Uint32Array(offset + draws)
  before.set(new Uint32Array(given.buffer), offset)
  const buffer = gpu.upload(before)
  const written = await recorded(gpu, regions, apart, (encoder, views) =>
    gpu.samplerOf(regime.variant).encodeGumbelGivenIndex(encoder, {
      ...options,
      ...views,
      logits,
      indices: { buffer, offset },
      noise: { ...views.noise!, rowStride: numClasses + gap },
    }),
  )
  expectNoiseOf(each, indices, new Float32Array(written.noise!.buffer), expected.noise)
  if (written.statuses) expectSame(written.statuses, statuses, 'statuses')
})
