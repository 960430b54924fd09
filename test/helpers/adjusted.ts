/** Random bias, penalties and bitmasks, what they make of logits, computed plainly, and the forms in which a caller may give them. */
import type { Adjustments, BufferRows } from 'gumbel-webgpu'
import type { TestGpu } from './gpu'
import type { Random } from './random'

/** What rows are penalized with. */
export interface History {
  /** `[batchSize][length]`. */
  tokens: Int32Array<ArrayBuffer>[]
  lengths: number[]
  promptLengths: number[]
  repetition: number[]
  frequency: number[]
  presence: number[]
}

/** Of each control one row for all rows, or a row each. */
export interface Controls {
  batchSize: number
  numClasses: number
  bias?: Float32Array<ArrayBuffer>[]
  allowed?: boolean[][]
  history?: History
}

/** What a row of logits becomes, and its status where no class is left. */
export interface Expected {
  logits: Float32Array<ArrayBuffer>
  emptied: number
}

const f = Math.fround
const flushed = (x: number) => (Math.abs(x) < 2 ** -126 ? 0 : x)

function ofRow<T>(rows: readonly T[], row: number): T {
  return rows.length === 1 ? rows[0] : rows[row]
}

/** A row of logits with bias, penalties and bitmask, class by class as section 4 of the contract has them. */
export function expectedRow(logits: Float32Array, row: number, controls: Controls, classOffset = 0): Expected {
  const { bias, allowed, history } = controls
  let emptied = 3
  const out = Float32Array.from(logits, (given, c) => {
    let l = given
    if (Number.isNaN(l) || l === Infinity) return l
    const took = (status: number, before: number) => {
      if (before !== -Infinity && l === -Infinity) emptied = Math.max(emptied, status)
    }
    if (bias) {
      l = flushed(f(flushed(l) + flushed(ofRow(bias, row)[c])))
      took(10, given)
    }
    if (Number.isNaN(l) || l === Infinity) return l
    if (history) {
      const before = l
      l = penalizedLogit(l, classOffset + c, row, history)
      took(11, before)
    }
    if (allowed && !ofRow(allowed, row)[c] && !Number.isNaN(l) && l !== Infinity) {
      const before = l
      l = -Infinity
      took(12, before)
    }
    return l
  })
  return { logits: out, emptied }
}

function penalizedLogit(logit: number, token: number, row: number, history: History): number {
  const tokens = [...ofRow(history.tokens, row)].slice(0, history.lengths[row])
  if (!tokens.includes(token)) return logit
  const r = f(history.repetition[row])
  let l = flushed(logit)
  l = flushed(f(l > 0 ? l * f(1 / r) : l * r))
  const count = tokens.filter((each, i) => each === token && i >= history.promptLengths[row]).length
  if (count === 0) return l
  l = flushed(f(l - flushed(f(count * flushed(f(history.frequency[row]))))))
  return flushed(f(l - flushed(f(history.presence[row]))))
}

/** Numbers that arithmetic may stumble over, beside those that are usual. */
const EDGES = [
  0,
  -0,
  1e-45,
  -1e-39,
  2 ** -126,
  -(2 ** -126),
  3e38,
  -3e38,
  3.4028234663852886e38,
  -3.4028234663852886e38,
]

/** Random controls, some of them left out; `edges` have results overflow and underflow, and rows lose all classes. */
export function randomControls(
  random: Random,
  { batchSize, numClasses, classOffset = 0 }: { batchSize: number; numClasses: number; classOffset?: number },
  edges = random.uniform() < 0.3,
): Controls {
  const rowsOf = <T>(make: (row: number) => T): T[] =>
    Array.from({ length: random.pick([1, batchSize]) }, (_, row) => make(row))
  const some = () => random.uniform() < 0.6
  const scale = edges ? 1e38 : 1
  const number = () => {
    if (edges && random.uniform() < 0.2) return random.pick([...EDGES, -Infinity])
    return random.uniform() < 0.1 ? -Infinity : scale * random.normal()
  }
  const controls: Controls = { batchSize, numClasses }
  if (some()) controls.bias = rowsOf(() => Float32Array.from({ length: numClasses }, number))
  if (some()) {
    const part = random.pick([0, 0.1, 0.5, 1])
    controls.allowed = rowsOf(() => Array.from({ length: numClasses }, () => random.uniform() < (edges ? part : 0.5)))
  }
  if (some() || (!controls.bias && !controls.allowed)) {
    const length = random.pick([1, 7, 40, 200])
    const each = <T>(make: () => T): T[] => Array.from({ length: batchSize }, make)
    const lengths = each(() => random.whole(0, length))
    controls.history = {
      tokens: rowsOf(() =>
        Int32Array.from({ length }, () =>
          random.uniform() < 0.1
            ? random.pick([-1, -(2 ** 31), 2 ** 31 - 1, classOffset - 1, classOffset + numClasses])
            : classOffset + random.whole(0, Math.min(numClasses - 1, 60)),
        ),
      ),
      lengths,
      promptLengths: lengths.map((most) => random.whole(0, most)),
      repetition: each(() => (edges ? random.pick([1e-37, 1e-3, 1, 1.1, 1e20, 1e37]) : 0.5 + random.uniform())),
      frequency: each(() => (edges ? random.pick([0, 1e-40, 1e38, -1e38, 0.3]) : random.normal())),
      presence: each(() => (edges ? random.pick([0, 3e38, -3e38, 0.7]) : random.normal())),
    }
  }
  return controls
}

/** The words of a mask, with bits of 1 past the last class. */
export function wordsOf(allowed: readonly boolean[]): Int32Array<ArrayBuffer> {
  const words = new Int32Array(Math.ceil(allowed.length / 32)).fill(-1)
  allowed.forEach((each, c) => (words[c >> 5] &= ~(Number(!each) << (c & 31))))
  return words
}

/** Rows of one length joined, `gap` elements apart and `offset` from the begin; what lies between is ones. */
function joined<T extends Float32Array | Int32Array>(rows: readonly T[], offset = 0, gap = 0): T {
  const stride = rows[0].length + gap
  const all = new (rows[0].constructor as new (length: number) => T)(offset + rows.length * stride).fill(-1) as T
  rows.forEach((row, r) => all.set(row as never, offset + r * stride))
  return all
}

const FORMS = ['bare', 'view'] as const
type Form = (typeof FORMS)[number]

/** Controls in host memory: in bare arrays, or in views. */
export function hostOptions({ bias, allowed, history, batchSize }: Controls, form: Form = 'bare'): Adjustments {
  const offset = 3
  const gap = 2
  const view = <T extends Float32Array | Int32Array>(rows: readonly T[]) => ({
    data: joined(rows, offset, gap),
    offset,
    rowStride: rows.length === 1 ? 0 : rows[0].length + gap,
  })
  const words = allowed?.map(wordsOf)
  const bare = form === 'bare'
  const options: Adjustments = {}
  if (bias) options.bias = bare ? joined(bias) : view(bias)
  if (words) options.bitmask = bare ? new Uint32Array(joined(words).buffer) : view(words)
  if (history) {
    const { tokens, ...values } = history
    const length = tokens[0].length
    const each = bare ? Array.from({ length: batchSize }, (_, row) => ofRow(tokens, row)) : tokens
    options.penalties = { ...values, tokens: bare ? joined(each) : { ...view(each), length } }
  }
  return options
}

/** The same in GPU buffers; lengths too. */
export function bufferOptions({ upload }: Pick<TestGpu, 'upload'>, { bias, allowed, history }: Controls) {
  const offset = 5
  const place = <T extends Float32Array | Int32Array>(rows: readonly T[], gap: number): BufferRows => ({
    buffer: upload(joined(rows, offset, gap) as unknown as Int32Array<ArrayBuffer>),
    offset,
    rowStride: rows.length === 1 ? 0 : rows[0].length + gap,
  })
  const penaltiesOf = ({ tokens, lengths, promptLengths, ...values }: History) => ({
    ...values,
    tokens: { ...place(tokens, 1), length: tokens[0].length },
    lengths: { buffer: upload(Int32Array.from([0, ...lengths])), offset: 1 },
    promptLengths: { buffer: upload(Int32Array.from(promptLengths)) },
  })
  return {
    ...(bias ? { bias: place(bias, 3) } : {}),
    ...(allowed ? { bitmask: place(allowed.map(wordsOf), 2) } : {}),
    ...(history ? { penalties: penaltiesOf(history) } : {}),
  }
}
