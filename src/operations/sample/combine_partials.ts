import { isOne, requirePerRow } from '../../checks'
import { readNames } from '../../known_names'
import {
  STATUS_ALL_MASKED,
  STATUS_BIAS,
  STATUS_BITMASK,
  STATUS_NAN,
  STATUS_OK,
  STATUS_POSITIVE_INFINITY,
  invalidRowsOf,
  isEmptied,
} from '../../errors'
import type { SampleResult } from './options'

export interface CombineOptions {
  /** Rows, whose draws lie together. Default: as many as there are draws. */
  batchSize?: number | undefined
  /** The temperature that the shards were drawn with, one value or one a row; `sums` are combined by it. Default 1. */
  temperature?: number | ArrayLike<number> | undefined
}

const NAMES = ['indices', 'scores', 'remainders', 'maxima', 'sums', 'statuses'] as const

/** What `partial` gives. */
type Partial = Required<Pick<SampleResult, (typeof NAMES)[number]>>

/** Statuses of shards, by how much they say of the whole. */
const RANKS = [STATUS_ALL_MASKED, STATUS_BIAS, STATUS_BITMASK, STATUS_OK, STATUS_POSITIVE_INFINITY, STATUS_NAN]

/**
 * Brings together what `sample` gave with `partial: true` for the shards of one vocabulary, in any order: the draw of the whole, bit for
 * bit, in the same form, so that it can be combined again. NaN or +Infinity in one shard is the whole row's; a row is all masked where every
 * shard's is.
 * @throws RangeError, TypeError naming what is missing or does not fit
 */
export function combinePartials(partials: readonly SampleResult[], options: CombineOptions = {}): SampleResult {
  const shards = partials.map((partial, i) => requirePartial(partial, `partials[${i}]`, partials[0].indices?.length))
  if (shards.length === 0) throw new RangeError('partials has length 0; it must hold what at least one shard gave')
  const draws = shards[0].indices.length
  const { batchSize = draws, temperature = 1 }: CombineOptions = readNames('options', options, [
    'batchSize',
    'temperature',
  ])
  if (draws > 0 && !(draws % batchSize === 0))
    throw new RangeError(`batchSize is ${batchSize}; it must divide ${draws} draws`)
  if (!isOne(temperature)) requirePerRow('temperature', temperature as ArrayLike<number>, batchSize)
  const numSamples = draws / batchSize
  const combined: Partial = {
    indices: new Int32Array(draws).fill(-1),
    scores: new Float32Array(draws).fill(NaN),
    remainders: new Float32Array(draws).fill(NaN),
    maxima: new Float32Array(draws).fill(NaN),
    sums: new Float32Array(draws).fill(NaN),
    statuses: new Int32Array(draws),
  }
  for (let draw = 0; draw < draws; draw++) {
    const row = Math.floor(draw / numSamples)
    combineDraw(combined, shards, draw, typeof temperature === 'number' ? temperature : temperature[row])
  }
  return { ...combined, invalidRows: invalidRowsOf(combined.statuses, numSamples) }
}

function requirePartial(partial: SampleResult, name: string, draws: number): Partial {
  for (const field of NAMES) {
    const { length } = partial[field] ?? {}
    if (length === undefined)
      throw new TypeError(`${name}.${field} is undefined; pass what sample gives with partial: true`)
    if (length !== draws)
      throw new RangeError(`${name}.${field} has ${length} values; it must have ${draws}, as the first`)
  }
  return partial as Partial
}

function combineDraw(out: Partial, shards: readonly Partial[], draw: number, temperature: number): void {
  const status = RANKS[Math.max(...shards.map(({ statuses }) => RANKS.indexOf(statuses[draw])))]
  out.statuses[draw] = status
  if (status === STATUS_NAN || status === STATUS_POSITIVE_INFINITY) return
  const maximum = Math.max(...shards.map(({ maxima }) => maxima[draw]))
  out.maxima[draw] = maximum
  out.sums[draw] = 0
  if (isEmptied(status)) return
  const open = shards.filter(({ statuses }) => statuses[draw] === STATUS_OK)
  const best = open.reduce((a, b) => (beats(b, a, draw) ? b : a))
  for (const name of ['indices', 'scores', 'remainders'] as const) out[name][draw] = best[name][draw]
  out.sums[draw] = open.reduce(
    (sum, { maxima, sums }) => sum + sums[draw] * Math.exp((maxima[draw] - maximum) / (temperature || 1)),
    0,
  )
}

/** Whether a shard's winner beats another's. */
function beats(a: Partial, b: Partial, draw: number): boolean {
  const difference = a.scores[draw] - b.scores[draw] || a.remainders[draw] - b.remainders[draw]
  return difference > 0 || (difference === 0 && a.indices[draw] < b.indices[draw])
}
