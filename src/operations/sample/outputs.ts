import { shown } from '../../checks'
import type { Output } from '../../operation'

const perDraw = { per: 'draw', columns: 1 } as const

/** Drawn classes. */
export const INDICES: Output = {
  ...perDraw,
  name: 'indices',
  types: ['int32', 'int64'],
  call: 'always',
  encode: 'required',
}
export const LOG_PROBS: Output = { ...perDraw, name: 'logProbs', types: ['float32'], call: 'asked', encode: 'optional' }
/** The same where they may be of the logits as they are given. */
export const LOG_PROBS_OR_RAW: Output = {
  ...LOG_PROBS,
  asks(name, value) {
    if (value === undefined || typeof value === 'boolean' || value === 'raw') return Boolean(value)
    throw new TypeError(`${name} is ${shown(value)}; it must be true, false or 'raw'`)
  },
  viewNames: ['of'],
}

const ofLists = {
  per: 'row',
  columns: 'topLogProbs',
  call: 'asked',
  askedBy: ['topLogProbs'],
  asks: (_: string, value: unknown) => value !== undefined,
  encode: 'optional',
} as const

/** The most likely classes of each row, and their log-probabilities. */
export const TOP_INDICES: Output = { ...ofLists, name: 'topIndices', types: ['int32'] }
export const TOP_LOG_PROBS: Output = { ...ofLists, name: 'topLogProbs', types: ['float32'], viewNames: ['count'] }

export const SCORES: Output = { ...perDraw, name: 'scores', types: ['float32'], call: 'asked', encode: 'optional' }
/** Why a draw has no index; calls that read back have it in the index. */
export const STATUSES: Output = { ...perDraw, name: 'statuses', types: ['int32'], call: 'never', encode: 'optional' }

const ofShards = { ...perDraw, types: ['float32'], call: 'asked', askedBy: ['partial'], encode: 'optional' } as const

/** What exact sums have beyond the scores. */
export const REMAINDERS: Output = { ...ofShards, name: 'remainders' }
/** The largest logit of the row, and the sum of `exp((logit - largest) / temperature)`. */
export const MAXIMA: Output = { ...ofShards, name: 'maxima' }
export const SUMS: Output = { ...ofShards, name: 'sums' }

const ofKept = { per: 'row', columns: 1, call: 'asked', askedBy: ['kept'], encode: 'optional' } as const

/** How many classes of a row filters keep, the logit of the last in their order, and its class. In step with `shaders/filter/write_kept.wgsl`. */
export const KEPT: readonly Output[] = [
  { ...ofKept, name: 'keptCounts', types: ['int32'] },
  { ...ofKept, name: 'keptLogits', types: ['float32'] },
  { ...ofKept, name: 'keptClasses', types: ['int32'] },
]
