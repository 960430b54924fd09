import { expect } from 'vitest'
import { expectWithin } from '../soft'
import type { Results } from './run'

/** The bits of an array, and its first values, so that a failure can be read. Numbers that JSON has not are texts. */
interface ExactEntry {
  length: number
  digest: string
  first: (number | string)[]
}

/** Values of an array at some places, and the sum of the magnitudes of its finite values. */
interface CloseEntry {
  length: number
  at: number[]
  values: (number | string)[]
  sum: number
}

export type Entry = ExactEntry | CloseEntry | string
/** What test/fixtures/draws.json holds of each case. */
export type Table = Record<string, Record<string, Entry>>

type Numbers = Float32Array | Int32Array | Uint32Array

const LITERALS = 8
/** Odd, so that places are spread over an array. */
const SPREAD = 0x9e3779b1

/**
 * How far real numbers may be from those of the table, by result: a part of the value, of the array's largest, and a constant. The
 * other results are exact.
 */
const TOLERANCES: Record<string, { relative: number; ofLargest: number; absolute: number }> = {
  logProbs: { relative: 1e-5, ofLargest: 0, absolute: 1e-5 },
  topLogProbs: { relative: 1e-5, ofLargest: 0, absolute: 1e-5 },
  logSamples: { relative: 1e-5, ofLargest: 0, absolute: 1e-5 },
  samples: { relative: 1e-4, ofLargest: 0, absolute: 1e-6 },
  gradLogits: { relative: 1e-4, ofLargest: 1e-6, absolute: 0 },
  gradTau: { relative: 1e-4, ofLargest: 1e-5, absolute: 1e-6 },
  gradTemperature: { relative: 1e-4, ofLargest: 1e-5, absolute: 1e-6 },
  logDensities: { relative: 1e-5, ofLargest: 0, absolute: 1e-4 },
  posteriorNoise: { relative: 2e-5, ofLargest: 0, absolute: 2e-5 },
}

/** Hard samples are exact though soft ones are not. */
function isExact(name: string, values: Numbers): boolean {
  return !(name in TOLERANCES) || (name === 'samples' && values.every((value) => value === 0 || value === 1))
}

/** What the table keeps of a result. */
export function entriesOf(results: Results): Record<string, Entry> {
  return Object.fromEntries(
    Object.entries(results).map(([name, values]) => [
      name,
      typeof values === 'string' ? values : entryOf(name, values),
    ]),
  )
}

function entryOf(name: string, values: Numbers): Entry {
  const { length } = values
  if (isExact(name, values))
    return { length, digest: digestOf(values), first: Array.from(values.subarray(0, LITERALS), jsonOf) }
  const at = Array.from({ length: Math.min(LITERALS, length) }, (_, i) => (i * SPREAD) % length)
  return { length, at, values: at.map((i) => jsonOf(values[i])), sum: sumOf(values) }
}

/** Fails unless a result is what the table has of it. */
export function expectEntries(results: Results, entries: Record<string, Entry>): void {
  expect(Object.keys(results).toSorted(), 'results').toEqual(Object.keys(entries).toSorted())
  for (const [name, entry] of Object.entries(entries)) expectEntry(name, results[name], entry)
}

export function expectEntry(name: string, values: Numbers | string, entry: Entry): void {
  if (typeof entry === 'string' || typeof values === 'string') return expect(values, name).toEqual(entry)
  expect(values.length, `${name}: length`).toBe(entry.length)
  if ('digest' in entry) {
    const first = Array.from(values.subarray(0, entry.first.length), jsonOf)
    expect({ first, digest: digestOf(values) }, name).toEqual({ first: entry.first, digest: entry.digest })
    return
  }
  const { relative, ofLargest, absolute } = TOLERANCES[name]
  const numbers = entry.values.map(Number)
  // NaN and infinities are what they are; the others are compared as numbers.
  const finite = numbers.flatMap((value, i) => (Number.isFinite(value) ? [i] : []))
  expect(
    entry.at.map((at) => jsonOf(values[at])).filter((_, i) => !finite.includes(i)),
    name,
  ).toEqual(entry.values.filter((_, i) => !finite.includes(i)))
  const largest = Math.max(...finite.map((i) => Math.abs(numbers[i])))
  expectWithin(
    finite.map((i) => values[entry.at[i]]),
    finite.map((i) => numbers[i]),
    (value) => relative * Math.abs(value) + ofLargest * largest + absolute,
    `${name} at ${finite.map((i) => entry.at[i])}`,
  )
  expectWithin([sumOf(values)], [entry.sum], (sum) => 10 * relative * sum + absolute, `the sum of |${name}|`)
}

function jsonOf(value: number): number | string {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? '-0' : String(value)
}

function sumOf(values: Numbers): number {
  let sum = 0
  for (const value of values) if (Number.isFinite(value)) sum += Math.abs(value)
  return sum
}

/** A digest of the bits of an array and their order, 16 hexadecimal digits; all NaN are one. */
export function digestOf(values: Numbers): string {
  const floats = Float32Array.of(0)
  const bits = new Uint32Array(floats.buffer)
  let a = 0x9747b28c
  let b = 0x85ebca6b
  for (const value of values) {
    if (values instanceof Float32Array) floats[0] = Number.isNaN(value) ? NaN : value
    else bits[0] = value
    const word = Number.isNaN(value) ? 0x7fc00000 : bits[0]
    a = mixed(a ^ word)
    b = mixed(Math.imul(b, 5) + a)
  }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
}

/** MurmurHash3's last step: each bit of the word changes half of the bits. */
function mixed(word: number): number {
  let h = word
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
