import { STATUS_GIVEN_MASKED, STATUS_OK } from '../../errors'
import { TAG_GIVEN, drawHalves, exponentialAt, gumbelAt, newHalves, wordOf } from '../../noise/words'
import type { Request, Results } from '../../operation'
import { emptySettings, settingsOfRow } from '../../settings'
import type { HostView } from '../../view'
import { sumOf } from '../sample/log_probs'
import { remainderOf, scoreOf } from '../sample/score'
import { largestOf, statusOf } from '../sample/validity'

const f = Math.fround
const halves = newHalves()

/** Gumbel noise given the class that wins, the twin of `shaders/gumbel_given_index/given_noise.wgsl`. */
export function computeGumbelGivenIndex(
  request: Request,
  { logits, indices }: Readonly<Record<string, HostView>>,
): Results {
  const { batchSize, numClasses, numSamples, classOffset, extended } = request
  const data = logits.data as Float32Array
  const noise = new Float32Array(batchSize * numSamples * numClasses)
  const statuses = new Int32Array(batchSize * numSamples)
  const draw = { settings: emptySettings(), number: 0, extended }
  const { high, low } = halves
  for (let r = 0; r < batchSize; r++) {
    const begin = logits.offset + r * logits.rowStride
    const largest = largestOf(data, begin, numClasses)
    const status = statusOf(largest)
    const { temperature } = settingsOfRow(draw.settings, request.settings, r)
    const log = Math.log(sumOf(data, begin, numClasses, largest, temperature))
    for (let s = 0; s < numSamples; s++) {
      const task = r * numSamples + s
      const given = indices.data[indices.offset + task]
      const winner = given - classOffset
      // No class of the row where -1 is given.
      const winnerLogit = winner < 0 ? -Infinity : data[begin + winner]
      statuses[task] = status === STATUS_OK && winnerLogit === -Infinity ? STATUS_GIVEN_MASKED : status
      if (statuses[task] !== STATUS_OK) continue
      const out = noise.subarray(task * numClasses, (task + 1) * numClasses)

      draw.number = s + TAG_GIVEN
      drawHalves(halves, given >>> 3, draw)
      const height = log + gumbelAt(wordOf(high, low, given & 7), given, draw)
      const winnerNoise = f(height - (winnerLogit - largest) / temperature)
      const winnerScore = scoreOf(winnerLogit, temperature, winnerNoise)
      const winnerRemainder = remainderOf(winnerLogit, temperature, winnerNoise)
      for (let c = 0; c < numClasses; c++) {
        if (c % 8 === 0) drawHalves(halves, (classOffset + c) >>> 3, draw)
        if (c === winner) {
          out[c] = winnerNoise
          continue
        }
        const exponential = exponentialAt(wordOf(high, low, c & 7), classOffset + c, draw)
        const logit = data[begin + c]
        let free = f(-Math.log(exponential + Math.exp((logit - largest) / temperature - height)))
        // Lowered where it would win: the first largest sum is the given class's.
        for (let lower = Math.max(Math.abs(free), Math.abs(winnerNoise), 1) * 2 ** -23; ; lower *= 2) {
          const score = scoreOf(logit, temperature, free)
          if (score < winnerScore) break
          if (score === winnerScore) {
            const remainder = remainderOf(logit, temperature, free)
            if (remainder < winnerRemainder || (remainder === winnerRemainder && c > winner)) break
          }
          free = f(free - lower)
        }
        out[c] = free
      }
    }
  }
  return { noise, statuses }
}
