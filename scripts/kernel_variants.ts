/** The kernels that plans choose, for tools that read shaders: found by planning calls of many shapes for GPUs and software adapters. */
import { digestKernel } from '../src/gpu/digest'
import { type Kernel, constantsOf } from '../src/gpu/kernel'
import type { Limits } from '../src/gpu/plan'
import type { Operation } from '../src/operation'
import { concreteLogProb } from '../src/operations/concrete_log_prob/operation'
import { gumbelGivenIndex } from '../src/operations/gumbel_given_index/operation'
import { gumbelSoftmax } from '../src/operations/gumbel_softmax/operation'
import { gumbelSoftmaxBackward } from '../src/operations/gumbel_softmax_backward/operation'
import { KINDS } from '../src/operations/noise/kinds'
import { noise } from '../src/operations/noise/operation'
import { sample } from '../src/operations/sample/operation'
import { IMAGINED, planned } from '../test/helpers/planned'

type Views = Parameters<typeof planned>[2]

/** Rows of one draw and of several, held by one lane and by many, too long to hold, and split. */
const SHAPES: [batchSize: number, numClasses: number, numSamples: number][] = [
  [100_000, 4, 1],
  [100_000, 10, 1],
  [10_000, 10, 3],
  [4000, 1000, 1],
  [400, 1000, 3],
  [2000, 10_000, 1],
  [600, 10_000, 3],
  [1, 131_072, 1],
  [1, 131_072, 3],
]

/** Penalties of a history of tokens. */
const PENALTIES = { penalties: { tokens: { buffer: IMAGINED, length: 64 }, lengths: { buffer: IMAGINED } } }

/** Each operation, with the views that make a difference: outputs left out, halves, options. */
const CALLS: [Operation, Views, object?][] = [
  [sample, { logits: {}, indices: {} }],
  [sample, { logits: {}, indices: {}, logProbs: {}, scores: {}, statuses: {} }],
  [sample, { logits: {}, indices: {} }, { tail: 'extended' }],
  [sample, { logits: { type: 'float16' }, indices: {} }],
  [sample, { logits: { type: 'bfloat16' }, indices: {} }],
  [sample, { logits: {}, indices: {} }, { topP: 0.9 }],
  [sample, { logits: {}, indices: {}, logProbs: {}, keptCounts: {}, keptLogits: {}, keptClasses: {} }, { topK: 50 }],
  [sample, { logits: {}, indices: {}, logProbs: {}, scores: {}, statuses: {}, bias: {}, bitmask: {} }, PENALTIES],
  [sample, { logits: {}, indices: {}, logProbs: {}, scores: {}, statuses: {}, bitmask: {} }],
  [sample, { logits: {}, indices: {}, bitmask: {} }],
  [sample, { logits: {}, indices: {}, bitmask: {} }, { topK: 50 }],
  [sample, { logits: {}, indices: {}, bias: {} }],
  [sample, { logits: {}, indices: {}, bias: {} }, { topK: 50 }],
  [sample, { logits: {}, indices: {} }, { ...PENALTIES, topK: 50 }],
  [sample, { logits: {}, indices: {}, bias: {}, bitmask: {} }, { ...PENALTIES, topP: 0.9 }],
  [sample, { logits: {}, indices: {}, logProbs: {} }, { replacement: false, topP: 0.9 }],
  [sample, { logits: {}, indices: {}, logProbs: {}, topIndices: {}, topLogProbs: { count: 20 } }],
  [sample, { logits: {}, indices: {}, logProbs: {}, topIndices: {}, topLogProbs: { count: 20 } }, { topP: 0.9 }],
  [sample, { logits: {}, indices: {}, logProbs: { of: 'raw' }, topIndices: {}, topLogProbs: { count: 20 } }],
  [sample, { logits: {}, indices: {} }, { method: 'inverse-cdf' }],
  [sample, { logits: {}, indices: {}, logProbs: {}, statuses: {} }, { method: 'inverse-cdf', topP: 0.9 }],
  [gumbelSoftmax, { logits: {}, samples: {}, indices: {} }],
  [gumbelSoftmax, { logits: {}, samples: { type: 'float16' }, indices: {}, logProbs: {} }],
  [gumbelSoftmax, { logits: {}, logSamples: {}, indices: {} }],
  [gumbelSoftmax, { logits: {}, samples: {}, indices: {} }, { hard: true }],
  [gumbelSoftmax, { logits: {}, samples: { type: 'float16' }, indices: {} }, { hard: true }],
  [gumbelSoftmaxBackward, { logits: {}, gradSamples: {}, gradLogits: {} }],
  [
    gumbelSoftmaxBackward,
    { logits: {}, gradSamples: {}, gradLogits: {}, gradTau: {}, gradTemperature: {}, statuses: {} },
  ],
  [gumbelSoftmaxBackward, { logits: {}, gradSamples: {}, samples: {}, gradLogits: {} }],
  [gumbelSoftmaxBackward, { logits: {}, gradSamples: {}, samples: {}, gradLogits: {}, gradTau: {} }],
  [gumbelSoftmaxBackward, { logits: {}, gradSamples: {}, gradLogits: {}, gradTau: {} }, { logSamples: true }],
  [
    gumbelSoftmaxBackward,
    { logits: {}, gradSamples: {}, samples: {}, gradLogits: {}, gradTau: {} },
    { logSamples: true },
  ],
  [gumbelGivenIndex, { logits: {}, indices: {}, noise: {} }],
  [concreteLogProb, { logits: {}, samples: {}, densities: {} }],
  [concreteLogProb, { logits: {}, samples: {}, densities: {} }, { logSamples: true }],
  ...KINDS.map((kind): [Operation, Views, object] => [noise, { noise: {} }, { kind }]),
]

const DEVICES: Partial<Limits>[] = [
  { wide: true, subgroups: true },
  { wide: true, subgroups: false },
  { wide: false, subgroups: false },
]

function kernelsOf(): Kernel[] {
  const kernels = new Map<string, Kernel>()
  const add = (kernel: Kernel) => {
    const used = { ...kernel, constants: constantsOf(kernel) }
    kernels.set(JSON.stringify(used), used)
  }
  for (const [operation, views, options] of CALLS)
    for (const [batchSize, numClasses, numSamples] of SHAPES)
      for (const limits of DEVICES)
        for (const at of [views, odd(views)]) {
          const { plan } = planned(operation, { batchSize, numClasses, numSamples, ...options }, at, limits)
          for (const { kernel } of plan.dispatches) add(kernel)
        }
  for (const wide of [true, false]) add(digestKernel({ wide }, 1))
  add({ name: 'decoder/append', modules: {}, constants: { ALL_OR_NONE: 1 } })
  const given = {
    'decoder/keep_log_probs': 'decoder/no_keep_log_probs',
    'decoder/tokens_drawn': 'decoder/tokens_given',
  }
  add({ name: 'decoder/append', modules: given, constants: { ALL_OR_NONE: 0 } })
  add({ name: 'decoder/keep_top', modules: {}, constants: { ALL_OR_NONE: 0 } })
  add({ name: 'decoder/judge', modules: {}, constants: {} })
  add({ name: 'drafts/accept', modules: {}, constants: {} })
  add({ name: 'drafts/spread', modules: {}, constants: { COUNTS: 1, WORDS: 1 } })
  for (const allowed of ['decoder/all_allowed', 'decoder/given_allowed'])
    add({ name: 'decoder/ban_stops', modules: { 'decoder/all_allowed': allowed }, constants: {} })
  add({ name: 'row_settings/take', modules: {}, constants: { WORD: 0, KIND: 0, RELAXED: 0 } })
  return [...kernels.values()]
}

/** The same views at places that are no multiples of four elements; halves lie at even ones. */
function odd(views: Views): Views {
  return Object.fromEntries(
    Object.entries(views).map(([name, view]) => [name, { offset: view.type === 'float16' ? 2 : 1, ...view }]),
  )
}

export const KERNEL_VARIANTS: readonly Kernel[] = kernelsOf()
