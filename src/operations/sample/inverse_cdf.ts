/**
 * Draws by inverse CDF: of inclusive sums of masses in the order of classes, the first that exceeds a part of the whole that 64 random
 * bits name. Integers alone decide. The twin of `shaders/inverse_cdf/`.
 */

import { philoxBlock } from '../../noise/philox'
import type { RowSettings } from '../../settings'
import { LARGEST_MASS, canonical, massOf, massScaleOf } from './mass'

/** Ends the counters of Philox blocks, of which each has the words of two draws; noise of classes has the tags 0 to 5. */
const TAG_PICK = 6 << 24
/** Classes whose masses sum to at most 2^52, so that doubles hold all sums among them. */
const BLOCK = 4096

const words = new Uint32Array(4)

/** The sums of a row, of one or more blocks of classes. */
export interface MassSums {
  /** Of the classes of a block up to each. */
  within: Float64Array<ArrayBuffer>
  /** Of all before each block, and the same rounded. */
  starts: BigUint64Array<ArrayBuffer>
  roundedStarts: Float64Array<ArrayBuffer>
  /** Of all classes, and the same rounded. */
  whole: bigint
  roundedWhole: number
}

/** Room for the sums of rows, one after another. */
export function newMassSums(numClasses: number): MassSums {
  const blocks = Math.ceil(numClasses / BLOCK)
  return {
    within: new Float64Array(numClasses),
    starts: new BigUint64Array(blocks),
    roundedStarts: new Float64Array(blocks),
    whole: 0n,
    roundedWhole: 0,
  }
}

/**
 * Adds up a row's masses: of all classes, or of the kept columns, the others being 0. Temperature 0 leaves the first of the largest alone.
 * `largest` is the row's largest logit, which is a number.
 */
export function addMasses(
  sums: MassSums,
  data: Float32Array,
  begin: number,
  kept: Uint32Array | undefined,
  largest: number,
  { temperature }: RowSettings,
): void {
  const { within, starts, roundedStarts } = sums
  const numClasses = within.length
  if (temperature === 0) {
    const top = canonical(largest)
    within.fill(0)
    within[data.subarray(begin, begin + numClasses).findIndex((logit) => canonical(logit) === top)] = LARGEST_MASS
  } else {
    const scale = massScaleOf(largest, temperature)
    if (kept) {
      within.fill(0)
      for (const column of kept) within[column] = massOf(data[begin + column], scale)
    } else for (let c = 0; c < numClasses; c++) within[c] = massOf(data[begin + c], scale)
  }
  sums.whole = 0n
  for (let block = 0; block < starts.length; block++) {
    starts[block] = sums.whole
    roundedStarts[block] = Number(sums.whole)
    let sum = 0
    const end = Math.min((block + 1) * BLOCK, numClasses)
    for (let c = block * BLOCK; c < end; c++) within[c] = sum += within[c]
    sums.whole += BigInt(sum)
  }
  sums.roundedWhole = Number(sums.whole)
}

/**
 * The column that the random bits a 2^32 + b name: the first whose inclusive sum exceeds the high half of their product with the whole sum.
 * Rounded numbers tell it unless they come too near to another column. A guide says where to begin.
 */
export function columnOf(sums: MassSums, a: number, b: number, guide?: Uint32Array): number {
  const { within, roundedStarts, roundedWhole } = sums
  const fraction = a * 2 ** -32 + b * 2 ** -64
  const near = fraction * roundedWhole
  let block = 0
  let last = roundedStarts.length - 1
  while (block < last) {
    const middle = (block + last + 1) >>> 1
    if (roundedStarts[middle] > near) last = middle - 1
    else block = middle
  }
  const rest = near - roundedStarts[block]
  const column = guide
    ? firstFrom(within, guide[Math.floor(fraction * guide.length)], rest)
    : firstAbove(within, block, rest)
  // Five roundings, each of at most 2^-53 of the whole.
  const slack = roundedWhole * 2 ** -50
  const under = column > block * BLOCK ? within[column - 1] : block > 0 ? 0 : -Infinity
  return rest - under > slack && within[column] - rest > slack ? column : exactColumnOf(sums, a, b)
}

function exactColumnOf({ within, starts, whole }: MassSums, a: number, b: number): number {
  const pick = (((BigInt(a) << 32n) | BigInt(b)) * whole) >> 64n
  let block = starts.length - 1
  while (starts[block] > pick) block--
  return firstAbove(within, block, Number(pick - starts[block]))
}

/** The first column of a block whose sum exceeds a pick, or its last. */
function firstAbove(within: Float64Array, block: number, pick: number): number {
  let column = block * BLOCK
  let last = Math.min(column + BLOCK, within.length) - 1
  while (column < last) {
    const middle = (column + last) >>> 1
    if (within[middle] > pick) last = middle
    else column = middle + 1
  }
  return column
}

/** The first column from one on whose sum exceeds a pick, or the last. */
function firstFrom(within: Float64Array, first: number, pick: number): number {
  // A fraction that is rounded to 1 has no entry in a guide.
  let column = first ?? within.length - 1
  while (column < within.length - 1 && within[column] <= pick) column++
  return column
}

/** Of a row of one block the column at which each of as many equal parts of the whole sum begins (Chen and Asau 1974). */
function guideOf({ within, roundedWhole }: MassSums): Uint32Array {
  const guide = new Uint32Array(within.length)
  let column = 0
  for (let part = 0; part < guide.length; part++)
    guide[part] = column = firstFrom(within, column, (part / guide.length) * roundedWhole)
  return guide
}

/** Writes the columns that draws 0 and up take, as many as `out` has. */
export function drawColumns(sums: MassSums, { stream, step, seedLow, seedHigh }: RowSettings, out: Int32Array): void {
  const guide = sums.starts.length === 1 && out.length >= sums.within.length ? guideOf(sums) : undefined
  for (let draw = 0; draw < out.length; draw += 2) {
    philoxBlock(words, draw >>> 1, stream, step, TAG_PICK, seedLow, seedHigh)
    out[draw] = columnOf(sums, words[0], words[1], guide)
    if (draw + 1 < out.length) out[draw + 1] = columnOf(sums, words[2], words[3], guide)
  }
}
