import { without } from './record'
import {
  type Kernel,
  type LogitsModule,
  type ReduceModule,
  type RowsOutModule,
  type Variants,
  modulesOf,
} from './shader'

/** What kernels read and write beside logits, four elements at a time or one by one. */
type Rows = Pick<Variants, 'rowsOut' | 'rowsIn' | 'softSamples'>

const VECTOR = { rowsOut: 'rows_out_f32x4', rowsIn: 'rows_in_f32x4', softSamples: 'soft_samples_f32x4' } as const
const SCALAR = { rowsOut: 'rows_out_f32', rowsIn: 'rows_in_f32', softSamples: 'soft_samples_f32' } as const

/** Draws give indices, and nothing else unless log-probabilities are wanted; gradients are of logits alone unless of SCALES. */
function outputModules({ LOG_PROBS, SCALES }: Record<string, number>): Kernel['modules'] {
  const unwanted = [
    'shared/score_out',
    'shared/status_out',
    ...(LOG_PROBS ? [] : ['shared/log_prob_out']),
    ...(SCALES ? [] : ['gumbel_softmax_backward/grad_tau_out', 'gumbel_softmax_backward/grad_temperature_out']),
  ]
  return Object.assign({}, ...unwanted.map(without))
}

function reduceModules(name: Kernel['name'], { LANES }: Record<string, number>): ReduceModule[] {
  return LANES === 1 || name.endsWith('_short') ? ['reduce_lane'] : ['reduce_workgroup', 'reduce_subgroup']
}

/** A kernel over rows of logits, with vector loads and with scalar ones, and with each way for its lanes to agree. */
function overLogits(
  name: Kernel['name'],
  constants: Record<string, number> = {},
  uses: (keyof Rows)[] = [],
  rowsOut?: RowsOutModule,
): Kernel[] {
  const reads: [LogitsModule, Required<Rows>][] = [
    ['logits_f32x4', VECTOR],
    ['logits_f32', SCALAR],
  ]
  return reads.flatMap(([logits, rows]) =>
    reduceModules(name, constants).map((reduce) => ({
      name,
      modules: {
        ...modulesOf({
          logits,
          reduce,
          ...Object.fromEntries(uses.map((use) => [use, use === 'rowsOut' ? (rowsOut ?? rows.rowsOut) : rows[use]])),
        }),
        ...outputModules(constants),
      },
      constants: { LOG_PROBS: 0, ...constants },
    })),
  )
}

function soft(name: Kernel['name'], constants: Record<string, number> = {}): Kernel[] {
  return [undefined, 'rows_out_f16' as const].flatMap((type) => overLogits(name, constants, ['rowsOut'], type))
}

function backward(name: Kernel['name'], constants: Record<string, number> = {}): Kernel[] {
  const softSamples = name.endsWith('from_samples') ? ['softSamples' as const] : []
  return overLogits(`gumbel_softmax_backward/${name}`, constants, ['rowsOut', 'rowsIn', ...softSamples])
}

/** A kernel that brings the parts of rows together, and reads no logits. */
function overParts(name: Kernel['name'], rows: RowsOutModule[] | [undefined] = [undefined]): Kernel[] {
  return rows.flatMap((rowsOut) =>
    reduceModules(name, {}).map((reduce) => ({
      name,
      modules: { ...modulesOf({ reduce, rowsOut }), ...outputModules({}) },
      constants: { LOG_PROBS: 0 },
    })),
  )
}

/** The kernels that plans choose from, with the constants that change them most. */
export const KERNEL_VARIANTS: Kernel[] = [
  ...overLogits('sample/draw', { LANES: 64 }),
  ...overLogits('sample/draw', { LANES: 1 }),
  ...overLogits('sample/draw', { LANES: 64, EXTENDED: 1 }),
  ...overLogits('sample/draw', { LANES: 64, LOG_PROBS: 1 }),
  ...overLogits('sample/draw_short', { FOURS: 1, ONE_DRAW: 1 }),
  ...overLogits('sample/draw_short', { FOURS: 3, ONE_DRAW: 1 }),
  ...overLogits('sample/draw_short', { FOURS: 3, ONE_DRAW: 0 }),
  ...overLogits('sample/draw_part'),
  ...overParts('sample/draw_combine'),
  ...soft('gumbel_softmax/held', { LANES: 1, FOURS: 1 }),
  ...soft('gumbel_softmax/held', { LANES: 1, FOURS: 3 }),
  ...soft('gumbel_softmax/held', { LANES: 16, FOURS: 8 }),
  ...soft('gumbel_softmax/held', { LANES: 64, FOURS: 4 }),
  ...soft('gumbel_softmax/long', { LANES: 64 }),
  ...soft('gumbel_softmax/part'),
  ...soft('gumbel_softmax/finish'),
  ...soft('gumbel_softmax/hard', { LANES: 64 }),
  ...soft('gumbel_softmax/hard_short', { LANES: 1, FOURS: 3, ONE_DRAW: 1 }),
  ...overParts('gumbel_softmax/hard_finish', ['rows_out_f32x4', 'rows_out_f32', 'rows_out_f16']),
  ...backward('held', { LANES: 64, FOURS: 4, ONE_DRAW: 1 }),
  ...backward('held', { LANES: 64, FOURS: 4, ONE_DRAW: 0 }),
  ...backward('held', { LANES: 64, FOURS: 4, ONE_DRAW: 1, SCALES: 1 }),
  ...backward('long', { LANES: 64, ONE_DRAW: 1 }),
  ...backward('long', { LANES: 64, ONE_DRAW: 0 }),
  ...backward('part', { ONE_DRAW: 1 }),
  ...backward('finish', { ONE_DRAW: 1 }),
  ...backward('from_samples', { LANES: 64, ONE_DRAW: 1 }),
  ...backward('from_samples', { LANES: 64, ONE_DRAW: 0 }),
  ...backward('from_samples', { LANES: 64, ONE_DRAW: 1, SCALES: 1 }),
  { name: 'gumbel_softmax_backward/sum_parts', modules: {}, constants: {} },
  ...overLogits('gumbel_given_index/given_noise', { LANES: 64, LOG_PROBS: 1 }, ['rowsOut']),
  ...overLogits('concrete_log_prob/density', { LANES: 64 }, ['rowsIn']),
  ...[0, 1, 2, 3].map((KIND): Kernel => ({ name: 'noise/generate', modules: {}, constants: { KIND } })),
  { name: 'noise/digest', modules: {}, constants: {} },
]
