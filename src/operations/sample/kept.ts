/**
 * The classes of a row that filters keep: the first few in the order of descending logits, of equal ones the lower class first. The twin
 * of `shaders/filter/choose.wgsl`, which finds where they end without sorting all.
 */

import { gumbelOfExponential } from '../../noise/transform'
import type { RowSettings } from '../../settings'
import { type MassScale, canonical, massOf as massOfLogit, massScaleOf, shareOf } from './mass'

/** Classes that a row may have, so that a logit and its class fit a double, and masses sum to less than 2^64. */
export const MOST_FILTERED = 2 ** 21

const float = new Float32Array(1)
const word = new Uint32Array(float.buffer)
/** Classes whose largest logit stands for them where a bound of the k-th is looked for. */
const BLOCK = 64
/** Blocks whose largest classes are tried first where there is top-p alone. */
const LIKELY = 256

/** Ascending with the logit. */
function keyOf(logit: number): number {
  float[0] = canonical(logit)
  return (word[0] ^ (word[0] >>> 31 ? 0xffffffff : 0x80000000)) >>> 0
}

/**
 * Logits below are dropped, as too far under the largest; -Infinity drops none. Min-p drops what is T ln(m) under it, in strict arithmetic,
 * where the Gumbel noise of m is -ln(m). The twin of `shaders/filter/line.wgsl`.
 */
export function lineOf(largest: number, { temperature, minP }: RowSettings): number {
  const f = Math.fround
  if (minP === 0) return -Infinity
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
  const { temperature, topK, topP } = settings
  if (temperature === 0) {
    const first = data.subarray(begin, begin + numClasses).findIndex((logit) => canonical(logit) === canonical(largest))
    return Uint32Array.of(first)
  }
  const line = lineOf(largest, settings)
  const scale = topP < 1 ? massScaleOf(largest, temperature) : undefined
  const row = { data, begin, numClasses, tops: topsOf(data, begin, numClasses) }
  let kept: Uint32Array
  if (topK > 0) {
    // What is not heavy enough to be before a share of the mass is not kept; what min-p drops is a part of that mass.
    kept = ordered(row, Math.max(scale ? scale.line : line, boundOfLargest(row.tops, topK)), topK).subarray(0, topK)
    if (scale) kept = nucleusOf(row, kept, scale, shareOf(topP, massOf(row, kept, scale)))
  } else if (scale) kept = nucleusOfRow(row, scale, topP)
  else kept = ordered(row, line)
  let count = kept.length
  while (count > 1 && canonical(data[begin + kept[count - 1]]) < line) count--
  return kept.subarray(0, count)
}

/** A row of logits, and the largest of each of its blocks. */
interface Row {
  data: Float32Array
  begin: number
  numClasses: number
  tops: Float32Array
}

/** What top-p alone keeps of a row, which is looked for among the largest classes first. */
function nucleusOfRow(row: Row, scale: MassScale, topP: number): Uint32Array {
  const share = shareOf(topP, massOf(row, { length: row.numClasses }, scale))
  const largest = ordered(row, Math.max(scale.line, boundOfLargest(row.tops, LIKELY)))
  const nucleus = nucleusOf(row, largest, scale, share)
  return nucleus.length < largest.length ? nucleus : nucleusOf(row, ordered(row, scale.line), scale, share)
}

/** The largest logit of each block of classes. */
function topsOf(data: Float32Array, begin: number, numClasses: number): Float32Array {
  const tops = new Float32Array(Math.ceil(numClasses / BLOCK))
  for (let b = 0; b < tops.length; b++) {
    const end = begin + Math.min(numClasses, (b + 1) * BLOCK)
    let top = -Infinity
    for (let i = begin + b * BLOCK; i < end; i++) if (data[i] > top) top = data[i]
    tops[b] = canonical(top)
  }
  return tops
}

/** A logit that at least k classes reach: the k-th of the blocks' largest ones, or -Infinity where there are fewer blocks. */
function boundOfLargest(tops: Float32Array, k: number): number {
  return tops.length <= k ? -Infinity : tops.toSorted()[tops.length - k]
}

/** Columns whose logits are no less than a bound and not masked, in their order; of those that equal it the first `most`. */
function ordered({ data, begin, numClasses, tops }: Row, bound: number, most = numClasses): Uint32Array {
  let codes = new Float64Array(LIKELY)
  const least = Math.max(bound, -3.4028234663852886e38)
  let [count, equal] = [0, 0]
  for (let b = 0; b < tops.length; b++) {
    if (tops[b] < least || (tops[b] === least && equal >= most)) continue
    const end = Math.min(numClasses, (b + 1) * BLOCK)
    for (let c = b * BLOCK; c < end; c++) {
      const logit = canonical(data[begin + c])
      if (logit < least || (logit === least && equal++ >= most)) continue
      if (count === codes.length) codes = grown(codes)
      codes[count++] = (0xffffffff - keyOf(logit)) * MOST_FILTERED + c
    }
  }
  const sorted = codes.subarray(0, count).toSorted()
  const columns = new Uint32Array(count)
  for (let i = 0; i < count; i++) columns[i] = sorted[i] % MOST_FILTERED
  return columns
}

/** The same numbers in an array twice as long. */
function grown(numbers: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(2 * numbers.length)
  longer.set(numbers)
  return longer
}

/** The classes before which there is less mass than a share, the first at least. Sums pass 2^53: their two words are exact. */
function nucleusOf({ data, begin }: Row, order: Uint32Array, scale: MassScale, share: bigint): Uint32Array {
  const [shareHigh, shareLow] = [Number(share >> 32n), Number(share & 0xffffffffn)]
  let [high, low, count] = [0, 0, 0]
  while (count < order.length && (count === 0 || high < shareHigh || (high === shareHigh && low < shareLow))) {
    const mass = massOfLogit(data[begin + order[count]], scale)
    low += mass % 2 ** 32
    high += Math.floor(mass / 2 ** 32)
    if (low >= 2 ** 32) {
      low -= 2 ** 32
      high++
    }
    count++
  }
  return order.subarray(0, count)
}

/** The mass of some columns together, or of the first `length`. */
function massOf({ data, begin }: Row, columns: { length: number; [i: number]: number }, scale: MassScale): bigint {
  let [high, low] = [0, 0]
  for (let i = 0; i < columns.length; i++) {
    const mass = massOfLogit(data[begin + (columns[i] ?? i)], scale)
    high += Math.floor(mass / 2 ** 32)
    low += mass % 2 ** 32
  }
  return BigInt(high) * 0x100000000n + BigInt(low)
}
