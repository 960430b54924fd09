/**
 * Inputs of the fixtures of draws. They are integers and exact float64 arithmetic alone, so that every engine makes the same
 * bits; and they use nothing of the library.
 */

/** Random words, one after another (mulberry32). */
export class Words {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** A whole number from 0 to 2^32 - 1. */
  word(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (t ^ (t >>> 14)) >>> 0
  }

  /** In (0, 1). */
  uniform(): number {
    return (this.word() + 0.5) / 2 ** 32
  }

  /** Bell-shaped, from -6 to 6, with a deviation of 1.7. */
  bell(): number {
    return 3 * (this.uniform() + this.uniform() + this.uniform() + this.uniform() - 2)
  }

  /** A whole number from 0 to `end - 1`. */
  below(end: number): number {
    return Math.floor(this.uniform() * end)
  }
}

/** What logits are like. Rows of 'masked' keep class 0. */
const KINDS = {
  bell: (words: Words) => words.bell(),
  /** Few classes far above the others, as a language model's. */
  peaked: (words: Words) => (words.uniform() < 0.01 ? 18 : 0) + words.bell(),
  flat: () => 0.5,
  masked: (words: Words) => (words.uniform() < 0.6 ? -Infinity : words.bell()),
  /** The most negative number in the place of masks. */
  buried: (words: Words) => (words.uniform() < 0.9 ? -3.4028234663852886e38 : words.bell()),
  ties: (words: Words) => words.below(3),
  huge: (words: Words) => (words.uniform() - 0.5) * 6.8e38,
  /** Subnormals of both signs and the smallest normal numbers. */
  subnormal: (words: Words) => (words.below(2) - 0.5) * 2 ** (-148 + words.below(25)),
}

export type Kind = keyof typeof KINDS
export const KINDS_OF_LOGITS = Object.keys(KINDS) as Kind[]

/** Logits `[rows, numClasses]`. */
export function logitsOf(kind: Kind, rows: number, numClasses: number, seed = 1): Float32Array<ArrayBuffer> {
  const words = new Words(seed)
  const logits = Float32Array.from({ length: rows * numClasses }, () => KINDS[kind](words))
  if (kind === 'masked') for (let row = 0; row < rows; row++) logits[row * numClasses] = 1
  return logits
}

/** Gradients `[rows, numClasses]`, from -6 to 6. */
export function gradientsOf(rows: number, numClasses: number): Float32Array<ArrayBuffer> {
  return logitsOf('bell', rows, numClasses, 77)
}

/** Points of the open simplex, `[rows, numClasses]`. */
export function simplexOf(rows: number, numClasses: number): Float32Array<ArrayBuffer> {
  const words = new Words(5)
  const points = new Float32Array(rows * numClasses)
  for (let row = 0; row < rows; row++) {
    const weights = Array.from({ length: numClasses }, () => 0.01 + words.uniform())
    const sum = weights.reduce((a, b) => a + b)
    weights.forEach((weight, c) => (points[row * numClasses + c] = weight / sum))
  }
  return points
}

/** Class numbers, from `first` on. */
export function indicesOf(count: number, numClasses: number, first = 0): Int32Array<ArrayBuffer> {
  const words = new Words(9)
  return Int32Array.from({ length: count }, () => first + words.below(numClasses))
}

/** Rows of `numClasses`, at least 3: NaN; +Infinity before NaN; +Infinity; nothing; one class; and one that is right. */
export function invalidLogits(numClasses: number): Float32Array<ArrayBuffer> {
  const logits = new Float32Array(6 * numClasses).fill(-Infinity)
  const heads = [[1, NaN, 2], [0, Infinity, NaN], [Infinity, 0, -Infinity], [], [-Infinity, 5], [0, 1, 2]]
  heads.forEach((head, row) => logits.set(head, row * numClasses))
  return logits
}
