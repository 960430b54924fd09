/**
 * The classes of a row that filters keep: the first few in the order of descending logits, of equal ones the lower class first. The twin
 * of `shaders/filter/choose.wgsl`, which finds where they end without sorting all.
 */

import { gumbelOfExponential } from '../../noise/transform'
import type { RowSettings } from '../../settings'
import { canonical, massOf, massScaleOf, shareOf } from './mass'

/** Classes that a row may have, so that a logit and its class fit a double, and masses sum to less than 2^64. */
export const MOST_FILTERED = 2 ** 21

const float = new Float32Array(1)
const word = new Uint32Array(float.buffer)
/** Classes whose largest logit stands for them where a bound of the k-th is looked for. */
const BLOCK = 64

/** Ascending with the logit. */
function keyOf(logit: number): number {
  float[0] = canonical(logit)
  return (word[0] ^ (word[0] >>> 31 ? 0xffffffff : 0x80000000)) >>> 0
}

/** Logits below are dropped by min-p: T ln(m) under the largest, in strict arithmetic, where the Gumbel noise of m is -ln(m). */
export function minPLine(largest: number, { temperature, minP }: RowSettings): number {
  const f = Math.fround
  return f(canonical(largest) - f(temperature * gumbelOfExponential(minP)))
}

/**
 * The columns of a row that are kept, in their order. Temperature 0 keeps the first largest one alone. `largest` is the row's largest logit, which
 * is a number.
 */
export function keptOf(
  data: Float32Array,
  begin: number,
  numClasses: number,
  largest: number,
  settings: RowSettings,
): Uint32Array {
  const { temperature, topK, topP, minP } = settings
  if (temperature === 0) {
    const first = data.subarray(begin, begin + numClasses).findIndex((logit) => canonical(logit) === canonical(largest))
    return Uint32Array.of(first)
  }
  const line = minP > 0 ? minPLine(largest, settings) : -Infinity
  const scale = topP < 1 ? massScaleOf(largest, temperature) : undefined
  // What is not heavy enough to be before a share of the mass is not kept; what min-p drops is a part of that mass.
  let bound = scale ? scale.line : line
  if (topK > 0) bound = Math.max(bound, boundOfLargest(data, begin, numClasses, topK))
  const order = ordered(data, begin, numClasses, bound)
  let count = topK > 0 ? Math.min(topK, order.length) : order.length
  if (scale) count = countOfShare(data, begin, order.subarray(0, count), topP, scale)
  if (minP > 0) while (count > 1 && canonical(data[begin + order[count - 1]]) < line) count--
  return order.subarray(0, count)
}

/** A logit that at least k classes reach: the k-th of the blocks' largest ones, or -Infinity where there are fewer blocks. */
function boundOfLargest(data: Float32Array, begin: number, numClasses: number, k: number): number {
  const blocks = Math.ceil(numClasses / BLOCK)
  if (blocks <= k) return -Infinity
  const tops = new Float32Array(blocks)
  for (let b = 0; b < blocks; b++) {
    const end = begin + Math.min(numClasses, (b + 1) * BLOCK)
    let top = -Infinity
    for (let i = begin + b * BLOCK; i < end; i++) if (data[i] > top) top = data[i]
    tops[b] = top
  }
  return canonical(tops.toSorted()[blocks - k])
}

/** Columns whose logits are no less than a bound and not masked, in their order. */
function ordered(data: Float32Array, begin: number, numClasses: number, bound: number): Uint32Array {
  const codes: number[] = []
  const least = Math.max(bound, -3.4028234663852886e38)
  for (let c = 0; c < numClasses; c++) {
    const logit = data[begin + c]
    if (canonical(logit) >= least) codes.push((0xffffffff - keyOf(logit)) * MOST_FILTERED + c)
  }
  return Uint32Array.from(Float64Array.from(codes).toSorted(), (code) => code % MOST_FILTERED)
}

/** How many of the classes have a mass before them that is below p times the mass of all; at least 1. */
function countOfShare(
  data: Float32Array,
  begin: number,
  order: Uint32Array,
  p: number,
  scale: ReturnType<typeof massScaleOf>,
): number {
  const masses = Float64Array.from(order, (column) => massOf(data[begin + column], scale))
  const share = shareOf(p, sumOfMasses(masses))
  // Sums pass 2^53: two parts, of which each is exact.
  const [shareHigh, shareLow] = [Number(share >> 32n), Number(share & 0xffffffffn)]
  let [high, low, count] = [0, 0, 0]
  while (count < masses.length && (count === 0 || high < shareHigh || (high === shareHigh && low < shareLow))) {
    low += masses[count] % 2 ** 32
    high += Math.floor(masses[count] / 2 ** 32)
    if (low >= 2 ** 32) {
      low -= 2 ** 32
      high++
    }
    count++
  }
  return count
}

function sumOfMasses(masses: Float64Array): bigint {
  let [high, low] = [0, 0]
  for (const mass of masses) {
    high += Math.floor(mass / 2 ** 32)
    low += mass % 2 ** 32
  }
  return BigInt(high) * 0x100000000n + BigInt(low)
}
