import fc from 'fast-check'
import { type GumbelSoftmaxBackwardResult, createSampler } from 'gumbel-webgpu'
import { expect } from 'vitest'
import { expectSame } from '../helpers/compare'
import {
  type Case,
  type Row,
  aligned,
  casesOf,
  optionsOf,
  packedLogits,
  place,
  replaceBits,
  specialsOf,
} from '../helpers/fuzz/cases'
import { bufferAt, gpuFuzz, rowsAt } from '../helpers/fuzz/gpu'
import { type GradientSizes, gradientSizes, loose, without } from '../helpers/fuzz/gradients'
import { expectSameOutcome, outcomeOf } from '../helpers/fuzz/outcome'
import { margins, recorded, statusesOf } from '../helpers/fuzz/recorded'
import { type RegimeName, regimes, wantedOf } from '../helpers/fuzz/regimes'
import { type LogitsKind, randomLogits } from '../helpers/logits'
import { expectWithin } from '../helpers/soft'

const cpu = await createSampler({ backend: 'cpu' })

const KINDS: LogitsKind[] = ['normal', 'flat', 'ties', 'peaked', 'tiny']

/** Bits in place of values: NaN, infinities, the largest number, 1e28 and what is next above it; negative and subnormal ones, 0. */
const specials = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Row['specials']>([]) },
  {
    weight: 1,
    arbitrary: specialsOf(
      fc.constantFrom(
        0x7fc0dead,
        0xff800000,
        0x7f800000,
        0x7f7fffff,
        0x6e013f39,
        0x6e013f3a,
        0xbe000000,
        0x80000001,
        0,
      ),
    ),
  },
)

const callsIn = (...names: RegimeName[]) =>
  fc.record({
    each: casesOf(regimes(...names), true),
    gradients: fc.record({
      kind: fc.constantFrom(...KINDS),
      noise: fc.nat(2 ** 16),
      power: fc.integer({ min: -20, max: 20 }),
    }),
    hard: fc.boolean(),
    /** Whether the soft samples are given. */
    given: fc.boolean(),
    wanted: fc.record({ gradTau: fc.boolean(), gradTemperature: fc.boolean(), statuses: fc.boolean() }),
    specials: fc.record({ gradSamples: specials, samples: specials }),
    places: fc.record({ gradSamples: place, samples: place }),
    margins,
  })

type Call = ReturnType<typeof callsIn> extends fc.Arbitrary<infer T> ? T : never

function gradSamplesOf({ each, gradients: { kind, noise, power }, specials }: Call): Float32Array<ArrayBuffer> {
  const { numSamples, numClasses } = each
  const gradSamples = randomLogits(kind, optionsOf(each).batchSize * numSamples, numClasses, noise).map(
    (value) => value * 10 ** power,
  )
  replaceBits(gradSamples, specials.gradSamples)
  return gradSamples
}

/** The soft samples, also of draws that go straight through hard ones; 0 in rows without a distribution. */
async function softSamples({ each, given, specials }: Call): Promise<Float32Array> {
  const options = { ...optionsOf(each), invalidRows: 'mark' } as const
  const samples = (await cpu.gumbelSoftmax(packedLogits(each), options)).samples as Float32Array<ArrayBuffer>
  if (given) replaceBits(samples, specials.samples)
  return samples
}

/** Within 1e-4 of the CPU's, relatively, or 1e-5 of what is added up to them, but in some rows; exactly 0 for masked classes. */
function expectGradientsOf(
  each: Case,
  actual: GumbelSoftmaxBackwardResult,
  expected: GumbelSoftmaxBackwardResult,
  sizes: GradientSizes,
  except: ReadonlySet<number>,
): void {
  const { batchSize } = optionsOf(each)
  for (const name of ['gradLogits', 'gradTau', 'gradTemperature'] as const)
    if (actual[name])
      expectWithin(
        without(except, actual[name], batchSize),
        without(except, expected[name]!, batchSize),
        (e, i) => 1e-4 * Math.abs(e) + 1e-5 * sizes.sums[name][i] + sizes.underflows[name][i],
        name,
      )
  const logits = packedLogits(each)
  expect(
    actual.gradLogits.findIndex((value, i) => logits[i] === -Infinity && !Object.is(value, 0)),
    'a masked class with a gradient',
  ).toBe(-1)
}

const calls = callsIn('oneGroupAnywhere', 'manyDraws', 'subgroups', 'long', 'parts')

gpuFuzz('gumbelSoftmaxBackward() gives what the CPU gives', 300, calls, async (gpu, call) => {
  const { each, given, hard, places } = call
  const { regime } = each
  const { gradTau, gradTemperature } = wantedOf(regime, call.wanted)
  const wanted = { gradTau, gradTemperature }
  const logits = rowsAt(gpu, each, packedLogits(each))
  const gradSamples = rowsAt(gpu, each, gradSamplesOf(call), places.gradSamples)
  const soft = await softSamples(call)
  const samples = given ? rowsAt(gpu, each, soft, places.samples) : undefined
  const sizes = gradientSizes(each, soft, packedLogits(each), gradSamplesOf(call), given)
  const names = ['gradTau', 'gradTemperature'] as const
  const overflowing = loose(sizes, ['gradLogits', ...names.filter((name) => wanted[name])])
  const options = { ...optionsOf(each), hard: hard && !given, ...wanted }
  // Whether such rows are rejected may depend on rounding.
  if (overflowing.size > 0) options.invalidRows = 'mark'
  const sampler = gpu.samplerOf(regime.variant)
  const actual = await outcomeOf(() =>
    sampler.gumbelSoftmaxBackward(gradSamples.given, logits.given, { ...options, samples: samples?.given }),
  )
  const expected = await outcomeOf(() =>
    cpu.gumbelSoftmaxBackward(gradSamples.host, logits.host, { ...options, samples: samples?.host }),
  )
  expectSameOutcome<GumbelSoftmaxBackwardResult>(actual, expected, (a, e) => {
    const certain = ({ invalidRows }: GumbelSoftmaxBackwardResult) =>
      invalidRows.filter(({ row, reason }) => reason !== 'gradient-overflow' || !overflowing.has(row))
    expect(certain(a)).toEqual(certain(e))
    expect([!a.gradTau, !a.gradTemperature]).toEqual([!wanted.gradTau, !wanted.gradTemperature])
    expectGradientsOf(each, a, e, sizes, overflowing)
  })
})

const recordings = callsIn('manyDraws', 'parts')

gpuFuzz(
  'encodeGumbelSoftmaxBackward() writes what the CPU gives, and nothing else',
  200,
  recordings,
  async (gpu, call) => {
    const { each, given, hard, places } = call
    const { numClasses, regime } = each
    const wanted = wantedOf(regime, call.wanted)
    const logits = bufferAt(gpu, each, packedLogits(each))
    const gradSamples = bufferAt(gpu, each, gradSamplesOf(call), places.gradSamples)
    const soft = await softSamples(call)
    const samples = given ? bufferAt(gpu, each, soft, places.samples) : undefined
    const options = { ...optionsOf(each), hard: hard && !given, invalidRows: 'mark' } as const
    const expected = await cpu.gumbelSoftmaxBackward(gradSamples.host, logits.host, {
      ...options,
      samples: samples?.host,
      gradTau: true,
      gradTemperature: true,
    })
    const { offset, gap, apart } = aligned(each, call.margins)
    const words = { count: 1, length: options.batchSize, offset, gap: 0 }
    const regions = {
      gradLogits: { count: options.batchSize, length: numClasses, offset, gap },
      gradTau: wanted.gradTau ? words : undefined,
      gradTemperature: wanted.gradTemperature ? words : undefined,
      statuses: wanted.statuses ? words : undefined,
    }
    const written = await recorded(gpu, regions, apart, (encoder, views) =>
      gpu.samplerOf(regime.variant).encodeGumbelSoftmaxBackward(encoder, {
        ...options,
        ...views,
        logits: logits.given,
        gradSamples: gradSamples.given,
        samples: samples?.given,
        gradLogits: { ...views.gradLogits!, rowStride: numClasses + gap },
      }),
    )
    const { statuses, ...gradients } = written
    const floats = (value?: Uint32Array<ArrayBuffer>) => value && new Float32Array(value.buffer)
    const actual = {
      gradLogits: floats(gradients.gradLogits)!,
      gradTau: floats(gradients.gradTau),
      gradTemperature: floats(gradients.gradTemperature),
      invalidRows: [],
    }
    const sizes = gradientSizes(each, soft, packedLogits(each), gradSamplesOf(call), given)
    const except = loose(sizes, ['gradLogits', 'gradTau', 'gradTemperature'])
    // A draw with a flaw adds nothing, where the call gives 0 for the whole row.
    for (const { row, reason } of expected.invalidRows) if (/^grad|^samples/.test(reason)) except.add(row)
    expectGradientsOf(each, actual, expected, sizes, except)
    if (statuses) expectSame(statuses, statusesOf(expected.invalidRows, options.batchSize, 1), 'statuses')
  },
)
