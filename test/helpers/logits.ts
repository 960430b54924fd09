import { Random } from './random'

/** What kinds of logits samplers meet, and those that break them; a function of a random source gives one logit. */
const KINDS = {
  normal: (random: Random) => 3 * random.normal(),
  /** Most of the vocabulary far below a few heads, as a language model's. */
  peaked: (random: Random) => (random.uniform() < 0.01 ? 18 : 0) + random.normal(),
  flat: () => 0.5,
  masked: (random: Random) => (random.uniform() < 0.6 ? -Infinity : random.normal()),
  /** Finite numbers in the place of masks. */
  buried: (random: Random) => (random.uniform() < 0.9 ? -3.4028234663852886e38 : random.normal()),
  ties: (random: Random) => random.whole(0, 2),
  huge: (random: Random) => (random.uniform() - 0.5) * 6.8e38,
  tiny: (random: Random) => (random.uniform() - 0.5) * 2 ** -random.whole(20, 120),
  /** Subnormals of both signs, both zeros, and the smallest normal numbers. */
  subnormal: (random: Random) => random.pick([-1, 1]) * random.pick([0, 1e-45, 1e-40, 1.1e-38, 2 ** -126]),
}

export type LogitsKind = keyof typeof KINDS
export const LOGITS_KINDS = Object.keys(KINDS) as LogitsKind[]

/** Temperatures from the least to the greatest allowed. */
export const TEMPERATURES: readonly number[] = [0, 1e-18, 0.05, 0.8, 1, 30, 1e18]

/** Seeded random logits; at least one in each row of `numClasses` is finite. */
export function randomLogits(
  kind: LogitsKind,
  rows: number,
  numClasses: number,
  seed: number,
): Float32Array<ArrayBuffer> {
  const random = new Random(seed)
  const logits = new Float32Array(rows * numClasses)
  for (let i = 0; i < logits.length; i++) logits[i] = KINDS[kind](random)
  if (kind === 'masked')
    for (let row = 0; row < rows; row++) logits[row * numClasses + random.whole(0, numClasses - 1)] = 1
  return logits
}
