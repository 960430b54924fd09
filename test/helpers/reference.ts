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

/** Gumbel-max with the noise of every class computed, nothing skipped: the first of the largest scores. */
export function naiveDraw(row: Float32Array, draw: Draw): { index: number; score: number } {
  let index = -1
  let score = -Infinity
  row.forEach((logit, i) => {
    if (logit === -Infinity) return
    const classIndex = draw.classOffset + i
    const noise = Math.fround(Math.fround(draw.temperature) * noiseOf(classIndex, draw))
    // Devices may flush subnormals, so the sampler counts them as 0.
    const perturbed = Math.fround((Math.abs(logit) < 2 ** -126 ? 0 : logit) + noise)
    if (perturbed > score) {
      index = classIndex
      score = perturbed
    }
  })
  return { index, score }
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
