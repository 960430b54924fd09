import { philox4x32 } from 'gumbel-webgpu'
import { TAIL_WORDS, gumbelOf, gumbelOfExponential, tailExponential } from '../../src/noise/transform'

/** One draw of one row, named as the contract of randomness names it (docs/design.md, section 2). */
export interface Draw {
  seed: bigint
  stream: number
  step: number
  draw: number
  temperature: number
  classOffset: number
  /** Whether the tail is extended; it is not by default. */
  extended?: boolean
}

/** The word of a class, as the contract says. */
export function wordOf(
  classIndex: number,
  { seed, stream, step, draw }: Omit<Draw, 'temperature' | 'classOffset'>,
): number {
  const key = [Number(seed & 0xffffffffn), Number(seed >> 32n)]
  const high = philox4x32([classIndex >>> 3, stream, step, draw], key)[classIndex & 3]
  const low = philox4x32([classIndex >>> 3, stream, step, draw + 2 ** 24], key)[classIndex & 3]
  return ((classIndex & 4) === 0 ? (high & 0xffff0000) | (low >>> 16) : (high << 16) | (low & 0xffff)) >>> 0
}

/** The Gumbel noise of a class. */
export function noiseOf(classIndex: number, at: Draw): number {
  const word = wordOf(classIndex, at)
  if (!at.extended || word >= TAIL_WORDS) return gumbelOf(word)
  const key = [Number(at.seed & 0xffffffffn), Number(at.seed >> 32n)]
  const tail = philox4x32([classIndex >>> 2, at.stream, at.step, at.draw + 2 * 2 ** 24], key)[classIndex & 3]
  return gumbelOfExponential(tailExponential(word, tail))
}

/** The exact sum of two numbers, as its float64 and what that leaves out (Knuth, The Art of Computer Programming 2, 4.2.2). */
function exactSum(a: number, b: number): [number, number] {
  const sum = a + b
  const of = sum - a
  return [sum, a - (sum - of) + (b - of)]
}

/** The place of the first maximum of `logits + temperature * noise`, of products that are rounded to float32 and exact sums; -1 of none. */
export function firstMaximum(logits: Float32Array, noise: ArrayLike<number>, temperature: number): number {
  let index = -1
  let [most, more] = [-Infinity, 0]
  logits.forEach((logit, i) => {
    if (logit === -Infinity) return
    const product = Math.fround(Math.fround(temperature) * noise[i])
    // Devices may flush subnormals, so the sampler counts them as 0.
    const [sum, rest] = exactSum(Math.abs(logit) < 2 ** -126 ? 0 : logit, product)
    if (sum > most || (sum === most && rest > more)) [index, most, more] = [i, sum, rest]
  })
  return index
}

/** Places in descending order of the same sums, of equal ones the lower place; masked ones are left out. */
export function orderOfSums(logits: Float32Array, noise: ArrayLike<number>, temperature: number): number[] {
  const sums = Array.from(logits, (logit, i) =>
    exactSum(Math.abs(logit) < 2 ** -126 ? 0 : logit, Math.fround(Math.fround(temperature) * noise[i])),
  )
  return Array.from(sums, (_, i) => i)
    .filter((i) => logits[i] !== -Infinity)
    .toSorted((a, b) => sums[b][0] - sums[a][0] || sums[b][1] - sums[a][1] || a - b)
}

/** Gumbel-max with the noise of every class computed, nothing skipped: the first of the largest exact sums, and its score. */
export function naiveDraw(row: Float32Array, draw: Draw): { index: number; score: number } {
  const { temperature, classOffset } = draw
  const noise = Array.from(row, (logit, i) => (logit === -Infinity ? 0 : noiseOf(classOffset + i, draw)))
  const i = firstMaximum(row, noise, temperature)
  if (i < 0) return { index: -1, score: -Infinity }
  const logit = Math.abs(row[i]) < 2 ** -126 ? 0 : row[i]
  return {
    index: classOffset + i,
    score: Math.fround(logit + Math.fround(Math.fround(temperature) * noise[i])),
  }
}

/** `log softmax(row / temperature)` of one class in float64. */
export function logSoftmax(row: Float32Array, temperature: number, classIndex: number): number {
  if (temperature === 0) return 0
  let max = -Infinity
  for (const logit of row) max = Math.max(max, logit)
  let sum = 0
  for (const logit of row) sum += Math.exp((logit - max) / temperature)
  return (row[classIndex] - max) / temperature - Math.log(sum)
}
