import fc from 'fast-check'
import { createSampler } from 'gumbel-webgpu'
import { expectSame } from '../helpers/compare'
import { naiveDensity } from '../helpers/density'
import {
  type Row,
  casesOf,
  optionsOf,
  packedLogits,
  place,
  replaceBits,
  specialsOf,
  valueOf,
} from '../helpers/fuzz/cases'
import { gpuFuzz, rowsAt } from '../helpers/fuzz/gpu'
import { expectSameOutcome, outcomeOf } from '../helpers/fuzz/outcome'
import { regimes } from '../helpers/fuzz/regimes'
import { expectWithin } from '../helpers/soft'

const cpu = await createSampler({ backend: 'cpu' })

/** What is added up to a log density may pass float32's range on its way where it is larger. */
const MOST = 1e36

const calls = fc.record({
  each: casesOf(regimes('oneGroup', 'fewLanes', 'workgroup', 'long'), true),
  /** The tau that the samples are drawn at. */
  drawnAt: fc.constantFrom(1, 0.3, 3, 100),
  /** Bits in place of some samples: 0, -0, subnormal and normal numbers, 1, negative, infinite, NaN. */
  specials: fc.oneof(
    { weight: 3, arbitrary: fc.constant<Row['specials']>([]) },
    {
      weight: 1,
      arbitrary: specialsOf(
        fc.constantFrom(
          0,
          0x80000000,
          1,
          0x007fffff,
          0x00800000,
          0x3f800000,
          0xbe000000,
          0x7f800000,
          0xff800000,
          0x7fc0dead,
        ),
      ),
    },
  ),
  place,
})

gpuFuzz('concreteLogProb() gives what the CPU gives', 300, calls, async (gpu, call) => {
  const { each } = call
  const { numClasses, numSamples, regime } = each
  const packed = packedLogits(each)
  const { classOffset: _, ...options } = optionsOf(each)
  const drawn = await cpu.gumbelSoftmax(packed, { ...optionsOf(each), tau: call.drawnAt, invalidRows: 'mark' })
  const y = drawn.samples as Float32Array<ArrayBuffer>
  replaceBits(y, call.specials)
  const [logits, samples] = [rowsAt(gpu, each, packed), rowsAt(gpu, each, y, call.place)]
  const actual = await outcomeOf(() =>
    gpu.samplerOf(regime.variant).concreteLogProb(samples.given, logits.given, options),
  )
  const expected = await outcomeOf(() => cpu.concreteLogProb(samples.host, logits.host, options))
  expectSameOutcome<Float32Array>(actual, expected, (a, e) => {
    /** How far off each may be: in proportion to what is added up, and to WGSL's log near 1, which is off by 2^-21. */
    const tolerances = Float64Array.from(e, (logProb, draw) => {
      if (!Number.isFinite(logProb)) return Number.isNaN(logProb) || anyOutside(y, draw) ? 0 : Infinity
      const r = Math.floor(draw / numSamples)
      const row = packed.subarray(r * numClasses, (r + 1) * numClasses)
      const [temperature, tau] = [valueOf(options.temperature, r), valueOf(options.tau, r)]
      const values = y.subarray(draw * numClasses, (draw + 1) * numClasses)
      const { size } = naiveDensity(values, row, temperature, tau)
      if (!(size < MOST)) return Infinity
      return 2e-6 * size + 1e-5 + (values.some((value) => value > 0.5) ? (numClasses + 1) * (1 + tau) * 2 ** -21 : 0)
    })
    const special = (values: Float32Array) => values.map((each, i) => (tolerances[i] === 0 ? each : 0))
    const finite = (values: Float32Array) =>
      values.map((each, i) => (tolerances[i] === 0 || tolerances[i] === Infinity ? 0 : each))
    expectSame(special(a), special(e), 'infinite and NaN')
    expectWithin(finite(a), finite(e), (_, i) => tolerances[i], 'log densities')
  })

  /** Whether the sample is outside the simplex: its density is 0, not just below float32's range. */
  function anyOutside(all: Float32Array, draw: number): boolean {
    const values = all.subarray(draw * numClasses, (draw + 1) * numClasses)
    const r = Math.floor(draw / numSamples)
    return values.some((value, c) =>
      packed[r * numClasses + c] === -Infinity ? value !== 0 : !(value >= 2 ** -126 && value <= 1),
    )
  }
})
