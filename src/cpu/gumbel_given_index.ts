import { STATUS_GIVEN_MASKED, STATUS_OK } from '../errors'
import type { Request, Rows } from '../request'
import { philoxBlock } from './philox'
import { emptyRowDraw, rowDraw } from './row_draw'
import { logSum } from './sample'
import { scoreOf } from './score'
import { largestOf, statusOf } from './validity'
import { exponentialAt, gumbelAt, wordOf } from './words'

/** Added to a draw's number: noise given an index must not be the noise that drew it. In step with words.wgsl. */
const TAG_GIVEN = 3 << 24
const TAG_LOW = 1 << 24
const f = Math.fround
const high = new Uint32Array(4)
const low = new Uint32Array(4)
const row = emptyRowDraw()

/** Gumbel noise given the class that wins, the twin of `shaders/gumbel_given_index/given_noise.wgsl`. */
export function gumbelGivenIndex(
  data: Float32Array,
  rows: Rows,
  given: Int32Array,
  request: Request,
): { noise: Float32Array; statuses: Uint32Array } {
  const { batchSize, numClasses, numSamples, classOffset } = request
  const noise = new Float32Array(batchSize * numSamples * numClasses)
  const statuses = new Uint32Array(batchSize * numSamples)
  for (let r = 0; r < batchSize; r++) {
    const begin = rows.offset + r * rows.rowStride
    const largest = largestOf(data, begin, numClasses)
    const status = statusOf(largest)
    rowDraw(row, request, r)
    const { temperature, stream, seedLow, seedHigh } = row
    const log = logSum(data, begin, numClasses, largest, temperature)
    const blocks = (group: number, draw: number) => {
      philoxBlock(high, group, stream, row.step, draw, seedLow, seedHigh)
      philoxBlock(low, group, stream, row.step, draw + TAG_LOW, seedLow, seedHigh)
    }
    for (let s = 0; s < numSamples; s++) {
      const task = r * numSamples + s
      const draw = s + TAG_GIVEN
      const winner = given[task] - classOffset
      const winnerLogit = data[begin + winner]
      statuses[task] = status === STATUS_OK && winnerLogit === -Infinity ? STATUS_GIVEN_MASKED : status
      if (statuses[task] !== STATUS_OK) continue
      const out = noise.subarray(task * numClasses, (task + 1) * numClasses)

      blocks(given[task] >>> 3, draw)
      const height = log + gumbelAt(wordOf(high, low, given[task] & 7), given[task], request, row, draw)
      const winnerNoise = f(height - (winnerLogit - largest) / temperature)
      const winnerScore = scoreOf(winnerLogit, temperature, winnerNoise)
      for (let c = 0; c < numClasses; c++) {
        if (c % 8 === 0) blocks((classOffset + c) >>> 3, draw)
        if (c === winner) {
          out[c] = winnerNoise
          continue
        }
        const exponential = exponentialAt(wordOf(high, low, c & 7), classOffset + c, request, row, draw)
        const logit = data[begin + c]
        let free = f(-Math.log(exponential + Math.exp((logit - largest) / temperature - height)))
        // Lowered where its rounded score would win: the first largest score is the given class's.
        let lower = Math.max(Math.abs(winnerScore) / temperature, Math.abs(logit) / temperature, 1) * 2 ** -23
        for (; ; lower *= 2) {
          const score = scoreOf(logit, temperature, free)
          if (score < winnerScore || (score === winnerScore && c > winner)) break
          free = f(free - lower)
        }
        out[c] = free
      }
    }
  }
  return { noise, statuses }
}
