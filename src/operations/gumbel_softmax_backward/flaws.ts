import {
  STATUS_GRAD_SAMPLES,
  STATUS_OK,
  STATUS_OVERFLOW,
  STATUS_SAMPLES_NAN,
  STATUS_SAMPLES_OUTSIDE,
} from '../../errors'
import type { Results } from '../../operation'

/** Smaller numbers devices may flush to 0. */
export const MIN_NORMAL = 2 ** -126
/** Not far above 1; in step with `shaders/gumbel_softmax_backward/flaws.wgsl`, as are the next and the functions below. */
const MOST_SAMPLE = 1 + 2 ** -8
/** Its logarithm, or so. */
const MOST_LOG_SAMPLE = 2 ** -8
/** The largest log-sample of a draw is at least this. */
export const LEAST_LARGEST = -87
const MOST_GRAD_SAMPLE = Math.fround(1e28)

const EXPONENT = 0x7f800000

/** What is wrong with the gradients of a draw's samples in classes that are not masked. */
export function gradSamplesStatus(gradSamples: Float32Array, logits: Float32Array): number {
  const fine = gradSamples.every((value, c) => logits[c] === -Infinity || Math.abs(value) <= MOST_GRAD_SAMPLE)
  return fine ? STATUS_OK : STATUS_GRAD_SAMPLES
}

/** What is wrong with a value of the samples that are given for a draw; those of less than the least normal number are 0. */
export function samplesStatus(samples: Float32Array, logits: Float32Array): number {
  if (samples.some(Number.isNaN)) return STATUS_SAMPLES_NAN
  const outside = samples.some(
    (y, c) => Math.abs(y) >= MIN_NORMAL && !(logits[c] !== -Infinity && y > 0 && y <= MOST_SAMPLE),
  )
  return outside ? STATUS_SAMPLES_OUTSIDE : STATUS_OK
}

/** The same of log-samples: finite and not above 0, but -Infinity where masked. */
export function logSamplesStatus(samples: Float32Array, logits: Float32Array): number {
  if (samples.some(Number.isNaN)) return STATUS_SAMPLES_NAN
  const outside = samples.some((x, c) => (logits[c] === -Infinity) !== (x === -Infinity) || x > MOST_LOG_SAMPLE)
  return outside ? STATUS_SAMPLES_OUTSIDE : STATUS_OK
}

/** What is wrong with a draw, in which nothing else is, where its samples are all nothing: that they are outside. */
export function nothingStatus(samples: Float32Array, logits: Float32Array, least: number): number {
  const nothing = samples.every((value, c) => logits[c] === -Infinity || !(value >= least))
  return nothing && logits.some((logit) => logit !== -Infinity) ? STATUS_SAMPLES_OUTSIDE : STATUS_OK
}

/**
 * Gradients of 0 for rows that have none: those with a status, and those of which a gradient left float32's range, which get that
 * status.
 */
export function zeroInvalid({ statuses, ...gradients }: Results): Results {
  const rows = statuses.length
  const all = Object.values(gradients).map(
    ({ buffer, byteOffset, length }) => new Uint32Array(buffer, byteOffset, length),
  )
  for (let row = 0; row < rows; row++) {
    if (statuses[row] === STATUS_OK && all.some((words) => leavesRange(words, row, rows)))
      statuses[row] = STATUS_OVERFLOW
    if (statuses[row] === STATUS_OK) continue
    for (const words of all) {
      const each = words.length / rows
      words.fill(0, row * each, (row + 1) * each)
    }
  }
  return { statuses, ...gradients }
}

/** Whether one of the values of a row, of so many rows, is infinite or NaN, by their bits. */
function leavesRange(words: Uint32Array, row: number, rows: number): boolean {
  const each = words.length / rows
  const end = (row + 1) * each
  for (let i = row * each; i < end; i++) if ((words[i] & EXPONENT) === EXPONENT) return true
  return false
}
