/** Logits after bias, penalties and bitmask, on the CPU. */

import { STATUS_ALL_MASKED, STATUS_BIAS, STATUS_BITMASK, STATUS_PENALTIES } from '../errors'
import type { Request } from '../operation'
import { canonical } from '../operations/sample/score'
import type { HostView } from '../view'
import { BIAS, BITMASK, PENALTY_ROWS, PENALTY_WORDS, TOKENS } from './views'

const f = Math.fround

/** A row of logits as it is drawn from. */
export interface AdjustedRow {
  data: Float32Array
  /** Where it begins. */
  begin: number
  /** The status of the row, should it have no class that is not at -Infinity: it says what took the last. */
  emptied: number
}

/** Gives the rows of a call, each until the next one is asked for; the twin of the kernels in `shaders/adjust/`. */
export function adjusterOf(
  { batchSize, numClasses, classOffset }: Request,
  inputs: Readonly<Record<string, HostView>>,
): (row: number) => AdjustedRow {
  const { logits, [BIAS]: bias, [BITMASK]: bitmask, [TOKENS]: tokens, [PENALTY_ROWS]: rows } = inputs
  const given = logits.data as Float32Array
  const begin = (row: number) => logits.offset + row * logits.rowStride
  if ((!bias && !bitmask && !tokens) || batchSize === 0)
    return (row) => ({ data: given, begin: begin(row), emptied: STATUS_ALL_MASKED })

  const data = new Float32Array(numClasses)
  const counts = new Uint32Array(tokens ? numClasses : 0)
  return (row) => {
    data.set(given.subarray(begin(row), begin(row) + numClasses))
    let emptied = STATUS_ALL_MASKED
    if (bias && addBias(data, bias.data as Float32Array, bias.offset + row * bias.rowStride)) emptied = STATUS_BIAS
    if (tokens && penalize(data, counts, classOffset, historyOf(tokens, row), penaltiesOf(rows, row)))
      emptied = STATUS_PENALTIES
    if (bitmask && mask(data, bitmask.data as Int32Array, bitmask.offset + row * bitmask.rowStride))
      emptied = STATUS_BITMASK
    return { data, begin: 0, emptied }
  }
}

/** Whether a logit makes its row invalid, whatever is done to it afterwards. */
function isInvalid(logit: number): boolean {
  return logit !== logit || logit === Infinity
}

/** Whether it took a class, as the two below. */
function addBias(data: Float32Array, bias: Float32Array, begin: number): boolean {
  let took = false
  for (let c = 0; c < data.length; c++) {
    const logit = data[c]
    if (isInvalid(logit)) continue
    data[c] = canonical(f(canonical(logit) + canonical(bias[begin + c])))
    took ||= data[c] === -Infinity && logit !== -Infinity
  }
  return took
}

function mask(data: Float32Array, bitmask: Int32Array, begin: number): boolean {
  let took = false
  for (let c = 0; c < data.length; c++) {
    if ((bitmask[begin + (c >>> 5)] >>> (c & 31)) & 1 || data[c] === -Infinity || isInvalid(data[c])) continue
    data[c] = -Infinity
    took = true
  }
  return took
}

/** What a row is penalized with. */
interface RowPenalties {
  repetition: number
  inverse: number
  frequency: number
  presence: number
  length: number
  promptLength: number
}

function penaltiesOf({ data }: HostView, row: number): RowPenalties {
  const at = row * PENALTY_WORDS
  const [repetition, inverse, frequency, presence] = new Float32Array(data.buffer, data.byteOffset + 4 * at, 4)
  return { repetition, inverse, frequency, presence, length: data[at + 4], promptLength: data[at + 5] }
}

function historyOf({ data, offset, rowStride, columns }: HostView, row: number): Int32Array {
  const begin = offset + row * rowStride
  return (data as Int32Array).subarray(begin, begin + columns)
}

/** In a count: a token of the prompt. */
const IN_PROMPT = 0x80000000

/** `counts` are 0 before and after. */
function penalize(
  data: Float32Array,
  counts: Uint32Array,
  classOffset: number,
  tokens: Int32Array,
  penalties: RowPenalties,
): boolean {
  const { length, promptLength } = penalties
  let took = false
  for (let i = 0; i < length; i++) {
    const c = tokens[i] - classOffset
    if (c < 0 || c >= data.length) continue
    if (i < promptLength) counts[c] |= IN_PROMPT
    else counts[c]++
  }
  for (let i = 0; i < length; i++) {
    const c = tokens[i] - classOffset
    if (c < 0 || c >= data.length || counts[c] === 0) continue
    const logit = data[c]
    data[c] = penalized(logit, counts[c] & (IN_PROMPT - 1), penalties)
    took ||= data[c] === -Infinity && logit !== -Infinity
    counts[c] = 0
  }
  return took
}

/** The logit of a token that the row has, so often in its output. */
function penalized(logit: number, count: number, { repetition, inverse, frequency, presence }: RowPenalties): number {
  if (isInvalid(logit)) return logit
  const term = canonical(logit)
  const repeated = canonical(f(term > 0 ? term * inverse : term * repetition))
  if (count === 0) return repeated
  const less = canonical(f(repeated - canonical(f(count * frequency))))
  return canonical(f(less - presence))
}
