import { OUTPUT_INDICES, OUTPUT_LOG_PROBS } from './params'
import type { GivenModule, Kernel, LogitsModule, ReduceModule, SamplesModule, ValuesModule } from './shader'

const READS: { logits: LogitsModule; samples: SamplesModule; values: ValuesModule; given: GivenModule }[] = [
  { logits: 'logits_f32x4', samples: 'samples_f32x4', values: 'values_f32x4', given: 'given_f32x4' },
  { logits: 'logits_f32', samples: 'samples_f32', values: 'values_f32', given: 'given_f32' },
]

function reduceModules(name: Kernel['name'], { LANES }: Record<string, number>): ReduceModule[] {
  return LANES === 1 || name === 'sample_short' ? ['reduce_lane'] : ['reduce_workgroup', 'reduce_subgroup']
}

function variants(name: Kernel['name'], constants: Record<string, number> = {}): Kernel[] {
  return READS.flatMap(({ logits, samples, values, given }) =>
    reduceModules(name, constants).map((reduce) => ({
      name,
      logits,
      reduce,
      samples: name.startsWith('gumbel_softmax') ? samples : undefined,
      values: name.includes('backward') || name === 'concrete_log_prob' ? values : undefined,
      given: name === 'gumbel_softmax_backward_given' ? given : undefined,
      constants: { OUTPUTS: OUTPUT_INDICES, LOG_PROBS: 0, ...constants },
    })),
  )
}

/** The kernels that plans choose from, with the constants that change them most. */
export const KERNEL_VARIANTS: Kernel[] = [
  ...variants('sample'),
  ...variants('sample', { LANES: 1 }),
  ...variants('sample', { OUTPUTS: OUTPUT_INDICES | OUTPUT_LOG_PROBS, LOG_PROBS: 1 }),
  ...variants('sample_short', { FOURS: 3 }),
  ...variants('sample_part'),
  ...variants('gumbel_softmax', { LANES: 1, GROUPS: 2 }),
  ...variants('gumbel_softmax', { LANES: 16, GROUPS: 4 }),
  ...variants('gumbel_softmax', { LANES: 64, GROUPS: 2 }),
  ...variants('gumbel_softmax_long'),
  ...variants('gumbel_softmax_part'),
  ...variants('gumbel_softmax_finish'),
  ...variants('gumbel_softmax_hard', { LANES: 64 }),
  ...variants('gumbel_softmax_backward', { LANES: 64, GROUPS: 2 }),
  ...variants('gumbel_softmax_backward', { LANES: 64, GROUPS: 2, SCALES: 1 }),
  ...variants('gumbel_softmax_backward_long'),
  ...variants('gumbel_softmax_backward_long', { HOLD_KEYS: 1 }),
  ...variants('gumbel_softmax_backward_part'),
  ...variants('gumbel_softmax_backward_finish'),
  ...variants('gumbel_softmax_backward_given'),
  ...variants('gumbel_softmax_backward_given', { SCALES: 1 }),
  ...variants('concrete_log_prob'),
]
