/** The words of classes and the noise that they stand for; the twin of `shaders/shared/words.wgsl`. */

import type { RowSettings } from '../settings'
import { philoxBlock } from './philox'
import { TAIL_WORDS, exponentialOf, gumbelOfExponential, tailExponential, tailUniform, uniformOf } from './transform'

/** Whose noise it is, beside the class. */
export interface Draw {
  settings: RowSettings
  /** The draw's number within its row, and a tag that separates uses in its top 8 bits. */
  number: number
  /** Words below 2^8 are refined by 32 more bits. */
  extended: boolean
}

/** The halves of the words of a group of eight classes. */
export interface Halves {
  high: Uint32Array
  low: Uint32Array
}

const TAG_LOW = 1 << 24
const TAG_TAIL = 2 << 24
/** Added to a draw's number: noise given an index must not be the noise that drew it; the tags follow as 3, 4, 5. */
export const TAG_GIVEN = 3 << 24

const tails = new Uint32Array(4)

export function newHalves(): Halves {
  return { high: new Uint32Array(4), low: new Uint32Array(4) }
}

/** The block with the high halves of a group of the vocabulary. */
export function drawHigh(out: Uint32Array, group: number, { settings, number }: Draw): void {
  const { stream, step, seedLow, seedHigh } = settings
  philoxBlock(out, group, stream, step, number, seedLow, seedHigh)
}

/** The block with their low halves. */
export function drawLow(out: Uint32Array, group: number, { settings, number }: Draw): void {
  const { stream, step, seedLow, seedHigh } = settings
  philoxBlock(out, group, stream, step, number + TAG_LOW, seedLow, seedHigh)
}

export function drawHalves({ high, low }: Halves, group: number, draw: Draw): void {
  drawHigh(high, group, draw)
  drawLow(low, group, draw)
}

/** The word of class `i` of a group of eight, from the group's two blocks. */
export function wordOf(high: Uint32Array, low: Uint32Array, i: number): number {
  const j = i & 3
  return i < 4 ? (high[j] & 0xffff0000) | (low[j] >>> 16) : (high[j] << 16) | (low[j] & 0xffff)
}

/** The high half of that word, from the first block alone. */
export function highHalfOf(high: Uint32Array, i: number): number {
  return i < 4 ? high[i] >>> 16 : high[i & 3] & 0xffff
}

/** The word that refines a class's: of a block for each four classes. */
function tailOf(classNumber: number, { settings, number }: Draw): number {
  const { stream, step, seedLow, seedHigh } = settings
  philoxBlock(tails, classNumber >>> 2, stream, step, number + TAG_TAIL, seedLow, seedHigh)
  return tails[classNumber & 3]
}

/** The uniform of a class of the vocabulary, whose word is `word`. */
export function uniformAt(word: number, classNumber: number, draw: Draw): number {
  return draw.extended && word >>> 0 < TAIL_WORDS ? tailUniform(word, tailOf(classNumber, draw)) : uniformOf(word)
}

/** The exponential noise of a class of the vocabulary, whose word is `word`. */
export function exponentialAt(word: number, classNumber: number, draw: Draw): number {
  return draw.extended && word >>> 0 < TAIL_WORDS
    ? tailExponential(word, tailOf(classNumber, draw))
    : exponentialOf(word)
}

/** The Gumbel noise of the same. */
export function gumbelAt(word: number, classNumber: number, draw: Draw): number {
  return gumbelOfExponential(exponentialAt(word, classNumber, draw))
}
