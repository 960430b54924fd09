import fc from 'fast-check'
import type { GumbelSoftmaxOptions, Seed } from 'gumbel-webgpu'
import { LOGITS_KINDS, type LogitsKind, randomLogits } from '../logits'
import { SMALL_WORDS } from '../tail'
import type { Regime } from './regimes'

/** One row: logits of a kind, with some of them replaced, and what it draws with. */
export interface Row {
  kind: LogitsKind
  noise: number
  /** Bits put in place of the logit of class `at`, modulo the classes. */
  specials: { at: number; bits: number }[]
  temperature: number
  tau: number
  seed: bigint
  stream: number
}

/** How rows lie in their array or buffer, in elements. */
export interface Place {
  where: 'array' | 'view' | 'buffer'
  offset: number
  /** Elements between the end of a row and the start of the next. */
  gap: number
}

/** A call, as plain data that fast-check can shrink. */
export interface Case {
  regime: Regime
  numClasses: number
  numSamples: number
  /** The first rows; the others are these again. */
  rows: Row[]
  /** Where values of rows differ; else all have the first row's. */
  perRow: { seed: boolean; streams: boolean; temperature: boolean; tau: boolean }
  /** Typed arrays in place of arrays. */
  typed: boolean
  step: number
  classGroup: number
  /** Draws where the first row has a word that the extended tail refines. */
  smallWord: number | undefined
  place: Place
  invalidRows: 'reject' | 'mark'
}

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const MASK = 0xff800000
/** Logits of rows that have a distribution all the same. */
const valid = fc.oneof(
  fc.constantFrom(MASK, 0, 0x80000000, 1, 0x807fffff, 0x00800000, 0x80800000, 0x7f7fffff, 0xff7fffff),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map(bitsOf),
)
/** +Infinity, and NaN of both signs, quiet and signalling, with payloads. */
const invalid = fc.constantFrom(0x7f800000, 0x7fc00000, 0xffc00000, 0x7f800001, 0xff800001, 0x7fc0dead, 0xffffffff)
export const specialsOf = (bits: fc.Arbitrary<number>) =>
  fc.array(fc.record({ at: fc.nat(2 ** 16), bits }), { minLength: 1, maxLength: 4 })
const specials = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Row['specials']>([]) },
  { weight: 5, arbitrary: specialsOf(valid) },
  { weight: 1, arbitrary: specialsOf(fc.oneof(valid, invalid)) },
)

/** Temperatures and taus from the least to the greatest, and 0; most as people use them. */
const scale = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(1, 0.5, 0.8, 2) },
  { weight: 3, arbitrary: fc.double({ min: -2, max: 2, noNaN: true }).map((power) => 10 ** power) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1e-18, 1e18) },
  {
    weight: 1,
    arbitrary: fc
      .double({ min: -18, max: 18, noNaN: true })
      .map((power) => Math.min(Math.max(10 ** power, 1e-18), 1e18)),
  },
)

const row: fc.Arbitrary<Row> = fc.record({
  kind: fc.constantFrom(...LOGITS_KINDS),
  noise: fc.nat(2 ** 16),
  specials,
  temperature: scale,
  tau: scale,
  seed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  stream: word,
})

export const place: fc.Arbitrary<Place> = fc.record({
  where: fc.constantFrom('array', 'view', 'buffer'),
  offset: fc.nat(70),
  gap: fc.nat(70),
})

/** One of the whole numbers of a range; 0 is the least. */
function within([min, max]: readonly [number, number], choice: number): number {
  return min + (choice % (max - min + 1))
}

/** Calls in these regimes; `relaxed` ones have no temperature or tau of 0. */
export function casesOf(regimes: fc.Arbitrary<Regime>, relaxed = false): fc.Arbitrary<Case> {
  const choice = fc.nat(2 ** 16)
  const positive = (each: Row) => ({ ...each, temperature: each.temperature || 1, tau: each.tau || 1 })
  return fc
    .record({
      regime: regimes,
      numClasses: choice,
      numSamples: choice,
      rows: fc.array(relaxed ? row.map(positive) : row, { minLength: 1, maxLength: 5 }),
      perRow: fc.record({ seed: fc.boolean(), streams: fc.boolean(), temperature: fc.boolean(), tau: fc.boolean() }),
      typed: fc.boolean(),
      step: fc.oneof(fc.nat(3), word),
      classGroup: fc.oneof(fc.nat(3), fc.nat(2 ** 28 - 1)),
      smallWord: fc.oneof(
        { weight: 9, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.nat(SMALL_WORDS.length - 1) },
      ),
      place,
      invalidRows: fc.constantFrom<('mark' | 'reject')[]>('mark', 'reject'),
    })
    .map((raw) => {
      const { regime } = raw
      const classes = within(regime.classes, raw.numClasses)
      const numClasses = regime.aligned ? Math.ceil(classes / 4) * 4 : classes | 1
      return {
        ...raw,
        numClasses,
        numSamples: within(regime.samples, raw.numSamples),
        rows: raw.rows.slice(0, regime.rows[1]),
        classGroup: Math.min(raw.classGroup, 2 ** 28 - Math.ceil(numClasses / 8)),
      }
    })
}

/** The logits of a row. */
export function logitsOfRow({ kind, noise, specials }: Row, numClasses: number): Float32Array<ArrayBuffer> {
  const logits = randomLogits(kind, 1, numClasses, noise)
  replaceBits(logits, specials)
  return logits
}

/** All rows: where a regime has more than the case, they come again. */
export function rowsOf({ rows, regime }: Pick<Case, 'rows' | 'regime'>): Row[] {
  return Array.from({ length: Math.max(rows.length, regime.rows[0]) }, (_, r) => rows[r % rows.length])
}

/** Offsets and gaps where rows keep to multiples of four elements. */
export function aligned<T extends { offset: number; gap: number }>({ regime }: Pick<Case, 'regime'>, margins: T): T {
  const unit = regime.aligned ? 4 : 1
  return { ...margins, offset: unit * margins.offset, gap: unit * margins.gap }
}

/** The logits of all rows, one after another. */
export function packedLogits(each: Case): Float32Array<ArrayBuffer> {
  const { numClasses } = each
  const rows = rowsOf(each)
  const packed = new Float32Array(rows.length * numClasses)
  rows.forEach((each, r) => copyBits(logitsOfRow(each, numClasses), packed, r * numClasses))
  return packed
}

/** Puts bits in place of the values of rows, `at` modulo their number. */
export function replaceBits(values: Float32Array<ArrayBuffer>, specials: Row['specials']): void {
  const words = new Uint32Array(values.buffer)
  for (const { at, bits } of specials) words[at % values.length] = bits
}

/** Copies bits: an assignment may change those of a NaN. */
function copyBits(from: Float32Array, to: Float32Array, at: number): void {
  new Uint32Array(to.buffer, 4 * at).set(new Uint32Array(from.buffer, from.byteOffset, from.length))
}

/** Rows at their place, with NaN around them, which must not matter. */
export function placed(packed: Float32Array, numClasses: number, { where, offset, gap }: Place) {
  if (where === 'array') return { data: packed as Float32Array<ArrayBuffer>, offset: 0, rowStride: numClasses }
  const rowStride = numClasses + gap
  const count = packed.length / numClasses
  const data = new Float32Array(offset + count * rowStride).fill(NaN)
  for (let r = 0; r < count; r++)
    copyBits(packed.subarray(r * numClasses, (r + 1) * numClasses), data, offset + r * rowStride)
  return { data, offset, rowStride }
}

type CallOptions = GumbelSoftmaxOptions & { invalidRows: 'reject' | 'mark' }

/** The options of a case, as a caller would write them. */
export function optionsOf(each: Case): CallOptions {
  const { regime, numClasses, numSamples, perRow, typed, step, classGroup, invalidRows } = each
  const rows = rowsOf(each)
  const floats = (values: number[]) => (typed ? Float64Array.from(values) : values)
  const [first] = rows
  const options: CallOptions = {
    batchSize: rows.length,
    numClasses,
    numSamples,
    step,
    classOffset: 8 * classGroup,
    tail: regime.extended ? 'extended' : 'standard',
    seed: perRow.seed ? seedsOf(rows, typed) : seedOf(first.seed, typed),
    temperature: perRow.temperature ? floats(rows.map(({ temperature }) => temperature)) : first.temperature,
    tau: perRow.tau ? floats(rows.map(({ tau }) => tau)) : first.tau,
    invalidRows,
  }
  if (perRow.streams) {
    const streams = rows.map(({ stream }) => stream)
    options.streams = typed ? Uint32Array.from(streams) : streams
  } else if (perRow.seed) options.streams = first.stream
  else options.streamOffset = Math.min(first.stream, 2 ** 32 - rows.length)
  const small = each.smallWord === undefined ? undefined : SMALL_WORDS[each.smallWord]
  if (small && small.classNumber % 8 < numClasses) {
    const classOffset = small.classNumber - (small.classNumber % 8)
    return { ...options, streamOffset: undefined, seed: small.seed, streams: small.stream, step: 0, classOffset }
  }
  return options
}

function seedsOf(rows: readonly Row[], typed: boolean): BigUint64Array | Seed[] {
  const seeds = rows.map(({ seed }) => seed)
  return typed ? BigUint64Array.from(seeds) : seeds.map((seed) => seedOf(seed, false))
}

function seedOf(seed: bigint, asBigint: boolean): Seed {
  return asBigint || seed > BigInt(Number.MAX_SAFE_INTEGER) ? seed : Number(seed)
}

function bitsOf(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]
}

/** The value of a row, where an option has one for all or one a row. */
export function valueOf(values: number | ArrayLike<number> | undefined, row: number): number {
  return typeof values === 'object' ? values[row] : (values ?? 1)
}
