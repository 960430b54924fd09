import fc from 'fast-check'
import type { Variant } from '../gpu'
import { WHOLE } from '../matrix'
import { FUZZ } from './check'

/** What decides which kernels a call takes. */
export interface Regime {
  variant: Variant
  /** The least and the most classes. */
  classes: [number, number]
  /** The least and the most rows, and draws of each. */
  rows: [number, number]
  samples: [number, number]
  /** Rows begin and end at multiples of four elements; else their length is odd. */
  aligned: boolean
  logProbs: boolean
  extended: boolean
  /** All other outputs that a call may give are wanted; else none. */
  outputs: boolean
}

type Draws = Pick<Regime, 'rows' | 'samples'>

const single: Draws = { rows: [1, 5], samples: [1, 1] }
const few: Draws = { rows: [1, 5], samples: [2, 3] }
/** Enough draws that a software adapter has one lane a row. */
const many: Draws = { rows: [24, 25], samples: [11, 12] }
const manyOfARow: Draws = { rows: [1, 3], samples: [20, 40] }
const fewest: Draws = { rows: [1, 2], samples: [1, 2] }
const wide: Variant = { subgroups: false, wide: true }
const narrow: Variant = { subgroups: false, wide: false }

function regime(
  variant: Variant,
  classes: Regime['classes'],
  draws: Draws,
  flags: Partial<Pick<Regime, 'aligned' | 'logProbs' | 'extended' | 'outputs'>>,
): Regime {
  return { variant, classes, ...draws, aligned: false, logProbs: false, extended: false, outputs: false, ...flags }
}

/**
 * Few regimes that together have each way to read and write rows, to share them among lanes and workgroups, and each constant:
 * a software adapter takes 0.1 to 2 s for each kernel of each regime, and 3 ms for a call.
 */
export const REGIMES = {
  /** One lane a row, which holds it in one group. */
  oneGroup: regime(narrow, [1, 8], single, { aligned: true }),
  oneGroupAnywhere: regime(narrow, [1, 7], few, { logProbs: true, extended: true }),
  /** Many draws of few rows, which tasks share in gradients. */
  manyDraws: regime(narrow, [5, 7], manyOfARow, { logProbs: true, outputs: true }),
  /** Four lanes a row. */
  fewLanes: regime(wide, [17, 32], few, { aligned: true, logProbs: true, outputs: true }),
  /** A workgroup a row. */
  workgroup: regime(wide, [257, 511], single, { extended: true }),
  subgroups: regime({ subgroups: true, wide: true }, [260, 512], few, { aligned: true, logProbs: true, outputs: true }),
  /** One lane a row, which holds as much as it can. */
  held: regime(narrow, [29, 31], many, {}),
  /** One lane a row that is too long to hold. */
  long: regime(narrow, [89, 96], many, { aligned: true, logProbs: true, extended: true, outputs: true }),
  /** Rows shared by workgroups. */
  parts: regime(wide, [4097, 6001], fewest, { logProbs: true, outputs: true }),
}

export type RegimeName = keyof typeof REGIMES

const anyRegime: fc.Arbitrary<Regime> = fc
  .record({
    variant: fc.record({ subgroups: fc.boolean(), wide: fc.boolean() }),
    classes: fc.constantFrom<[number, number]>([1, 8], [9, 64], [65, 600], [601, 4000], [4001, 20_000]),
    rows: fc.constantFrom<[number, number]>([1, 5], [30, 40], [200, 300]),
    samples: fc.constantFrom<[number, number]>([1, 1], [2, 4], [5, 40]),
    aligned: fc.boolean(),
    logProbs: fc.boolean(),
    extended: fc.boolean(),
    outputs: fc.boolean(),
  })
  .filter(({ classes, rows, samples }) => classes[1] * rows[1] * samples[1] <= 1e5)

/** Those that every stack runs, where a test has any of them; all of a test that has none. */
const EVERYWHERE: readonly RegimeName[] = ['manyDraws', 'workgroup', 'subgroups', 'parts']

/** Of long runs one case in so many has any other regime: nearly each takes kernels of its own, which are seconds to compile. */
const ANY_IN = 20

/** These regimes, all unless some are named, and any others in long runs. */
export function regimes(...names: RegimeName[]): fc.Arbitrary<Regime> {
  const asked = names.length > 0 ? names : (Object.keys(REGIMES) as RegimeName[])
  const few = asked.filter((name) => EVERYWHERE.includes(name))
  const some = (WHOLE || FUZZ.factor > 1 || few.length === 0 ? asked : few).map((name) => REGIMES[name])
  const named = fc.constantFrom(...some)
  if (FUZZ.factor <= 1) return named
  return fc.oneof({ weight: ANY_IN - 1, arbitrary: named }, { weight: 1, arbitrary: anyRegime })
}

/** Which outputs are wanted: other outputs make other kernels, so that short runs want all or none of them, by regime. */
export function wantedOf<T extends Record<string, boolean>>(regime: Regime, choice: T): T {
  if (FUZZ.factor > 1) return choice
  return Object.fromEntries(Object.keys(choice).map((name) => [name, regime.outputs])) as T
}
