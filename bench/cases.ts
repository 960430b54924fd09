import type { LogitsKind } from './logits'

/** What is computed; a contender takes part where it knows the operation. */
export type Operation = 'sample' | 'sample-log-probs'

/** One row of the table: an operation on a batch of logits. */
export interface Case {
  operation: Operation
  batchSize: number
  numClasses: number
  logits: LogitsKind
}

const SHAPES: readonly [batchSize: number, numClasses: number][] = [
  [1, 131072], // one text, a large vocabulary
  [8, 131072],
  [64, 32768],
  [256, 50257], // a batch of GPT-2
  [4096, 1000], // image classes
  [131072, 10], // latents of a categorical autoencoder
  [1000000, 4],
]

/** Operations and the kinds of logits each is measured with. */
const OPERATIONS: Record<Operation, readonly LogitsKind[]> = {
  sample: ['normal', 'flat', 'peaked'],
  'sample-log-probs': ['normal', 'peaked'],
}

export const CASES: readonly Case[] = Object.entries(OPERATIONS).flatMap(([operation, kinds]) =>
  SHAPES.flatMap(([batchSize, numClasses]) =>
    kinds.map((logits) => ({ operation: operation as Operation, batchSize, numClasses, logits })),
  ),
)

export function nameOf({ operation, batchSize, numClasses, logits }: Case): string {
  return `${operation} ${batchSize}x${numClasses} ${logits}`
}

/** Which cases to run: empty lists take all. */
export interface Selection {
  operations: string[]
  /** As `batchSize x numClasses`, such as '64x32768'; shapes that no case has are added. */
  shapes: string[]
  logits: string[]
}

export function select({ operations, shapes, logits }: Selection): Case[] {
  const kept = CASES.filter(
    (one) =>
      (operations.length === 0 || operations.includes(one.operation)) &&
      (logits.length === 0 || logits.includes(one.logits)),
  )
  if (shapes.length === 0) return kept
  const kinds = [...new Map(kept.map((one) => [`${one.operation} ${one.logits}`, one])).values()]
  return shapes.flatMap((shape) => {
    const [batchSize, numClasses] = shape.split('x').map(Number)
    return kinds.map((one) => ({ ...one, batchSize, numClasses }))
  })
}
