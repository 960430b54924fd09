import type { Kernel, LogitsModule, ReduceModule } from './shader'

const LOGITS: LogitsModule[] = ['logits_f32x4', 'logits_f32']
const REDUCE: ReduceModule[] = ['reduce_workgroup', 'reduce_subgroup']
const NAMES: Kernel['name'][] = ['sample', 'sample_part']

/** The kernels that plans choose from, with the constants that change them most. */
export const KERNEL_VARIANTS: Kernel[] = NAMES.flatMap((name) =>
  LOGITS.flatMap((logits) =>
    REDUCE.flatMap((reduce) => [0, 1].map((LOG_PROBS) => ({ name, logits, reduce, constants: { LOG_PROBS } }))),
  ),
)
