import type { Request } from '../request'
import { TAIL_WORDS, exponentialOf, gumbelOfExponential, tailExponential, tailUniform, uniformOf } from './noise'
import { philoxBlock } from './philox'
import type { RowDraw } from './row_draw'

const tails = new Uint32Array(4)

/** The word of class `i` of a group of eight, from the group's two blocks; the twin of `shaders/shared/words.wgsl`. */
export function wordOf(high: Uint32Array, low: Uint32Array, i: number): number {
  const j = i & 3
  return i < 4 ? (high[j] & 0xffff0000) | (low[j] >>> 16) : (high[j] << 16) | (low[j] & 0xffff)
}

/** The high half of that word, from the first block alone. */
export function highHalfOf(high: Uint32Array, i: number): number {
  return i < 4 ? high[i] >>> 16 : high[i & 3] & 0xffff
}

/** The word that refines a class's: of a block for each four classes. */
function tailOf(classNumber: number, row: RowDraw, draw: number): number {
  const tag = 2 << 24
  philoxBlock(tails, classNumber >>> 2, row.stream, row.step, draw + tag, row.seedLow, row.seedHigh)
  return tails[classNumber & 3]
}

/** The uniform of a class of the vocabulary, whose word is `word`. */
export function uniformAt(word: number, classNumber: number, request: Request, row: RowDraw, draw: number): number {
  if (request.extended && word >>> 0 < TAIL_WORDS) return tailUniform(word, tailOf(classNumber, row, draw))
  return uniformOf(word)
}

/** The exponential noise of a class of the vocabulary, whose word is `word`. */
export function exponentialAt(word: number, classNumber: number, request: Request, row: RowDraw, draw: number): number {
  if (request.extended && word >>> 0 < TAIL_WORDS) return tailExponential(word, tailOf(classNumber, row, draw))
  return exponentialOf(word)
}

/** The Gumbel noise of the same. */
export function gumbelAt(word: number, classNumber: number, request: Request, row: RowDraw, draw: number): number {
  return gumbelOfExponential(exponentialAt(word, classNumber, request, row, draw))
}
