import { OUTPUT_INDICES, OUTPUT_LOG_PROBS } from './params'
import type { Kernel, LogitsModule, ReduceModule, SamplesModule } from './shader'

/** What kernels read and write beside logits, four elements at a time or one by one. */
type Modules = Pick<Kernel, 'samples' | 'values' | 'given'>

const VECTOR = { samples: 'samples_f32x4', values: 'values_f32x4', given: 'given_f32x4' } as const
const SCALAR = { samples: 'samples_f32', values: 'values_f32', given: 'given_f32' } as const
const OUTPUTS = { OUTPUTS: OUTPUT_INDICES, LOG_PROBS: 0 }

function reduceModules(name: Kernel['name'], { LANES }: Record<string, number>): ReduceModule[] {
  return LANES === 1 || name === 'sample_short' || name === 'gumbel_softmax_hard_short'
    ? ['reduce_lane']
    : ['reduce_workgroup', 'reduce_subgroup']
}

/** A kernel over rows of logits, with vector loads and with scalar ones, and with each way for its lanes to agree. */
function overLogits(
  name: Kernel['name'],
  constants: Record<string, number> = {},
  uses: (keyof Modules)[] = [],
  samples?: SamplesModule,
): Kernel[] {
  const reads: [LogitsModule, Required<Modules>][] = [
    ['logits_f32x4', VECTOR],
    ['logits_f32', SCALAR],
  ]
  return reads.flatMap(([logits, modules]) =>
    reduceModules(name, constants).map((reduce) => ({
      name,
      logits,
      reduce,
      ...Object.fromEntries(uses.map((use) => [use, use === 'samples' ? (samples ?? modules.samples) : modules[use]])),
      constants: { ...OUTPUTS, ...constants },
    })),
  )
}

function soft(name: Kernel['name'], constants: Record<string, number> = {}): Kernel[] {
  return [undefined, 'samples_f16' as const].flatMap((type) => overLogits(name, constants, ['samples'], type))
}

function backward(name: Kernel['name'], constants: Record<string, number> = {}): Kernel[] {
  const given = name === 'gumbel_softmax_backward_given' ? ['given' as const] : []
  return overLogits(name, constants, ['samples', 'values', ...given])
}

/** A kernel that brings the parts of rows together, and reads no logits. */
function overParts(name: Kernel['name'], samples: SamplesModule[] | [undefined] = [undefined]): Kernel[] {
  return samples.flatMap((module) =>
    reduceModules(name, {}).map((reduce) => ({ name, reduce, samples: module, constants: OUTPUTS })),
  )
}

/** The kernels that plans choose from, with the constants that change them most. */
export const KERNEL_VARIANTS: Kernel[] = [
  ...overLogits('sample', { LANES: 64 }),
  ...overLogits('sample', { LANES: 1 }),
  ...overLogits('sample', { LANES: 64, EXTENDED: 1 }),
  ...overLogits('sample', { LANES: 64, OUTPUTS: OUTPUT_INDICES | OUTPUT_LOG_PROBS, LOG_PROBS: 1 }),
  ...overLogits('sample_short', { FOURS: 1, ONE_DRAW: 1 }),
  ...overLogits('sample_short', { FOURS: 3, ONE_DRAW: 1 }),
  ...overLogits('sample_short', { FOURS: 3, ONE_DRAW: 0 }),
  ...overLogits('sample_part'),
  ...overParts('sample_combine'),
  ...soft('gumbel_softmax', { LANES: 1, FOURS: 1 }),
  ...soft('gumbel_softmax', { LANES: 1, FOURS: 3 }),
  ...soft('gumbel_softmax', { LANES: 16, FOURS: 8 }),
  ...soft('gumbel_softmax', { LANES: 64, FOURS: 4 }),
  ...soft('gumbel_softmax_long', { LANES: 64 }),
  ...soft('gumbel_softmax_part'),
  ...soft('gumbel_softmax_finish'),
  ...soft('gumbel_softmax_hard', { LANES: 64 }),
  ...soft('gumbel_softmax_hard_short', { FOURS: 3, ONE_DRAW: 1 }),
  ...overParts('gumbel_softmax_hard_finish', ['samples_f32x4', 'samples_f32', 'samples_f16']),
  ...backward('gumbel_softmax_backward', { LANES: 64, FOURS: 4, ONE_DRAW: 1 }),
  ...backward('gumbel_softmax_backward', { LANES: 64, FOURS: 4, ONE_DRAW: 0 }),
  ...backward('gumbel_softmax_backward', { LANES: 64, FOURS: 4, ONE_DRAW: 1, SCALES: 1 }),
  ...backward('gumbel_softmax_backward_long', { LANES: 64, ONE_DRAW: 1 }),
  ...backward('gumbel_softmax_backward_long', { LANES: 64, ONE_DRAW: 0 }),
  ...backward('gumbel_softmax_backward_part', { ONE_DRAW: 1 }),
  ...backward('gumbel_softmax_backward_finish', { ONE_DRAW: 1 }),
  ...backward('gumbel_softmax_backward_given', { LANES: 64, ONE_DRAW: 1 }),
  ...backward('gumbel_softmax_backward_given', { LANES: 64, ONE_DRAW: 0 }),
  ...backward('gumbel_softmax_backward_given', { LANES: 64, ONE_DRAW: 1, SCALES: 1 }),
  { name: 'sum_parts', constants: {} },
  ...overLogits('gumbel_given_index', { LANES: 64 }, ['samples']),
  ...overLogits('concrete_log_prob', { LANES: 64 }, ['values']),
  ...[0, 1, 2, 3].map((KIND): Kernel => ({ name: 'generate_noise', constants: { KIND } })),
  { name: 'digest_noise', constants: {} },
]
