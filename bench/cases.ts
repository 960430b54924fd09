import { type ContenderName, PLAIN } from './contender'
import type { LogitsKind } from './logits'

type Shape = readonly [batchSize: number, numClasses: number]

/** Rows and classes of the latents of a batch in training. */
export const TRAINING_SHAPE: Shape = [1920, 10]

/** What a text generator draws from: one text, a batch, and a batch with a smaller vocabulary. */
const DECODED: readonly Shape[] = [
  [1, 131072],
  [16, 131072],
  [64, 32768],
]

/** One row of the table: an operation on a batch of logits. */
export interface Case {
  operation: Operation
  batchSize: number
  numClasses: number
  logits: LogitsKind
}

interface OperationRow {
  about: string
  /** The kinds of logits it is measured with. */
  logits: readonly LogitsKind[]
  /** 32-bit values read and written a logit; what is written a row is left out. Undefined where other work counts too. */
  words?: number
  /** The contender that does least of what must be done, where one does. */
  floor?: ContenderName
  /** Whether work in JavaScript is a part of it, so that the page's clock counts and not the GPU's. */
  byPage?: boolean
  /** Where not with all of SHAPES. */
  shapes?: readonly Shape[]
  /** Whether it is measured with the logits of the KJV model too. */
  kjv?: boolean
  /** What classes may be drawn, where not all. */
  filters?: { topK?: number; topP?: number; minP?: number }
  /** What the logits have: a bitmask that allows every other class, or a bias of each class, one row for all. */
  adjusted?: 'bitmask' | 'bias'
}

const operations = {
  sample: { about: 'draw a class', logits: ['normal', 'flat', 'peaked'], words: 1, floor: 'argmax', kjv: true },
  'sample-log-probs': {
    about: 'draw a class and its log-probability',
    logits: ['normal', 'peaked'],
    words: 1,
    floor: 'argmax',
    kjv: true,
  },
  'sample-top-k-top-p': filtered('draw a class of the 50 likeliest that hold 0.9 of the mass', { topK: 50, topP: 0.9 }),
  'sample-top-k': filtered('draw a class of the 256 likeliest', { topK: 256 }),
  'sample-top-p': filtered('draw a class of the likeliest that hold 0.9 of the mass', { topP: 0.9 }),
  'sample-min-p': filtered('draw a class of at least 0.05 of the likeliest’s probability', { minP: 0.05 }),
  'sample-bitmask': adjusted('draw a class of those that a bitmask allows, every other one', 'bitmask'),
  'sample-bias': adjusted('draw a class of logits with a bias', 'bias'),
  'decoder-step': {
    ...filtered('a step of a decoder: penalties, the 50 likeliest, 0.9 of the mass, history', { topK: 50, topP: 0.9 }),
    logits: ['normal'],
  },
  'sample-many': {
    about: 'many draws of one row: 100,000 of 100 classes, 20,000 of 1,000',
    logits: ['normal'],
    floor: PLAIN,
    shapes: [
      [1, 100],
      [1, 1000],
    ],
  },
  'gumbel-softmax': { about: 'relaxed sample, tau 0.5', logits: ['normal'], words: 2, floor: 'copy', kjv: true },
  'gumbel-softmax-hard': { about: 'one-hot sample', logits: ['normal'], words: 2, floor: 'copy' },
  'gumbel-softmax-backward': {
    about: 'gradient of the logits from that of the relaxed sample',
    logits: ['normal'],
    words: 3,
    floor: 'copy',
  },
  'gumbel-softmax-forward-backward': {
    about: 'relaxed sample and the gradient of the logits, as in training',
    logits: ['normal'],
    words: 6,
    floor: 'copy',
    shapes: [[4096, 1000]],
  },
  'tfjs-layer': {
    about:
      'relaxed sample of a tensor of TensorFlow.js and the gradient of the logits, beside the same composed of its operations',
    logits: ['normal'],
    byPage: true,
    shapes: [TRAINING_SHAPE],
  },
  'tfjs-training-step': {
    about:
      'a step of a categorical variational autoencoder in TensorFlow.js: 64 images of 784 pixels, 30 latents of 10 classes',
    logits: ['normal'],
    byPage: true,
    shapes: [TRAINING_SHAPE],
  },
} satisfies Record<string, OperationRow>

function filtered(about: string, filters: OperationRow['filters']) {
  return { about, logits: ['normal', 'flat', 'peaked'], words: 1, floor: PLAIN, shapes: DECODED, filters } as const
}

function adjusted(about: string, by: OperationRow['adjusted']) {
  return { about, logits: ['normal'], words: 1, floor: PLAIN, shapes: DECODED, adjusted: by } as const
}

export type Operation = keyof typeof operations
export const OPERATIONS: Record<Operation, OperationRow> = operations
export const OPERATION_NAMES = Object.keys(operations) as Operation[]

export const SHAPES: readonly Shape[] = [
  [1, 131072], // one text, a large vocabulary
  [8, 131072],
  [64, 32768],
  [256, 50257], // a batch of GPT-2
  [4096, 1000], // image classes
  [131072, 10], // latents of a categorical autoencoder
  [1000000, 4],
]

/** Rows and classes of the KJV model's logits: see kjv.ts. */
export const KJV_SHAPE: Shape = [64, 13815]

/** Shapes between those, for the plots against one size alone; drawn from with normal logits. */
export const SWEEPS: readonly Shape[] = [
  [64, 32],
  [64, 256],
  [64, 2048],
  [64, 8192],
  [64, 131072],
  [1, 32768],
  [4, 32768],
  [16, 32768],
  [256, 32768],
]

const casesOf = (operation: Operation, [batchSize, numClasses]: Shape, logits: LogitsKind): Case => ({
  operation,
  batchSize,
  numClasses,
  logits,
})

export const CASES: readonly Case[] = [
  ...OPERATION_NAMES.flatMap((operation) =>
    (OPERATIONS[operation].shapes ?? SHAPES).flatMap((shape) =>
      OPERATIONS[operation].logits.map((logits) => casesOf(operation, shape, logits)),
    ),
  ),
  ...OPERATION_NAMES.filter((operation) => OPERATIONS[operation].kjv).map((operation) =>
    casesOf(operation, KJV_SHAPE, 'kjv'),
  ),
  ...SWEEPS.map((shape) => casesOf('sample', shape, 'normal')),
]

/** Draws of each row. */
export const drawsOf = ({ operation, numClasses }: Pick<Case, 'operation' | 'numClasses'>) =>
  operation === 'sample-many' ? (numClasses > 100 ? 20_000 : 100_000) : 1

export const shapeOf = ({ batchSize, numClasses }: Case) => `${batchSize}x${numClasses}`
export const nameOf = (one: Case) => `${one.operation} ${shapeOf(one)} ${one.logits}`
export const SHAPE_NAMES = [...new Set(CASES.map(shapeOf))]
export const LOGITS_NAMES = [...new Set(CASES.map((one) => one.logits))]

/** Which cases to run: an empty list takes all. */
export interface Selection {
  operations: string[]
  /**
   * As batchSize x numClasses, such as '64x32768'; each is run with every operation and kind of logits selected, the model's
   * only where it is theirs.
   */
  shapes: string[]
  logits: string[]
}

export function select({ operations, shapes, logits }: Selection): Case[] {
  const isIn = (list: string[], value: string) => list.length === 0 || list.includes(value)
  const kept = CASES.filter((one) => isIn(operations, one.operation) && isIn(logits, one.logits))
  if (shapes.length === 0) return kept
  const kinds = [...new Map(kept.map((one) => [`${one.operation} ${one.logits}`, one])).values()]
  return shapes.flatMap((shape) => {
    const [batchSize, numClasses] = shape.split('x').map(Number)
    return kinds
      .map((one) => ({ ...one, batchSize, numClasses }))
      .filter((one) => one.logits !== 'kjv' || shape === KJV_SHAPE.join('x'))
  })
}
