import { philoxBlock } from '../../src/noise/philox'
import { wordOf } from '../../src/noise/words'

/** What runs fastest in a stream of words; the rest of what names a word stays as long as it can. */
export const ORDERS = ['classes', 'rows', 'steps', 'draws', 'seeds'] as const
export type Order = (typeof ORDERS)[number]

/** Values of a row, a step, a draw or a seed in one chunk, which has the eight classes of a group one after another. */
const RUN = 2 ** 16
/** So many values are gone through before the next group of classes; a draw's number has 24 bits. */
const VALUES = 2 ** 24
const TAG_LOW = 1 << 24
export const CHUNK_WORDS = 8 * RUN

const high = new Uint32Array(4)
const low = new Uint32Array(4)

/**
 * Fills `out` with chunk `index`, from 0 on, of the words of `seed` in an order. Along classes: of row 0, step 0, draw 0, as
 * `noise('bits')` gives them. Along the others: 65,536 of them for one class, then for the next seven, then the next 65,536.
 * Along seeds they count up from `seed * 2^32`.
 */
export function fillChunk(out: Uint32Array, order: Order, seed: number, index: number): void {
  const alongClasses = order === 'classes'
  const first = (index * RUN) % VALUES
  const group = Math.floor((index * RUN) / VALUES)
  for (let i = 0; i < RUN; i++) {
    const value = first + i
    const stream = order === 'rows' ? value : 0
    const step = order === 'steps' ? value : 0
    const draw = order === 'draws' ? value : 0
    const key0 = order === 'seeds' ? value : seed
    const key1 = order === 'seeds' ? seed : 0
    const block = alongClasses ? index * RUN + i : group
    philoxBlock(high, block, stream, step, draw, key0, key1)
    philoxBlock(low, block, stream, step, draw + TAG_LOW, key0, key1)
    for (let c = 0; c < 8; c++) out[alongClasses ? 8 * i + c : RUN * c + i] = wordOf(high, low, c)
  }
}
