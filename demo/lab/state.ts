import { MAX_CLASSES, MIN_CLASSES, normalised } from './probabilities'

/** All that the page shows follows from this, and this is kept in its URL. */
export interface LabState {
  probabilities: readonly number[]
  /** The user's own temperature of the relaxation. */
  tau: number
  /** Samples in an expectation. */
  samples: number
  seed: bigint
  /** Number of the draw that is shown, which is its stream. */
  draw: number
  /** Races that are run for the chi-squared: those of draws 0, 1, 2, … */
  races: number
}

export type SettingName = keyof LabState

export const MAX_RACES = 1_000_000
export const DEFAULTS: LabState = {
  probabilities: [0.12, 0.45, 0.08, 0.25, 0.1],
  tau: 2,
  samples: 10_000,
  seed: 42n,
  draw: 0,
  races: 10_000,
}

/** How a setting is read, undefined where the text is none, and what it may be, in the words of its error. */
interface Setting<T> {
  key: string
  allowed: string
  parse(text: string): T | undefined
}

export const SETTINGS: { [Name in SettingName]: Setting<LabState[Name]> } = {
  probabilities: {
    key: 'p',
    allowed: `${MIN_CLASSES} to ${MAX_CLASSES} weights with commas between, not all 0`,
    parse: (text) => normalised(text.split(',').map((weight) => decimal(weight) ?? NaN)),
  },
  tau: {
    key: 'tau',
    allowed: '0, or a number from 0.01 to 100',
    parse(text) {
      const tau = decimal(text)
      return tau === 0 || (tau !== undefined && tau >= 0.01 && tau <= 100) ? tau : undefined
    },
  },
  samples: { key: 'samples', allowed: 'a whole number from 100 to 100,000', parse: count(100, 100_000) },
  seed: {
    key: 'seed',
    allowed: 'a whole number from 0 to 18446744073709551615',
    parse(text) {
      const seed = /^\d{1,20}$/.test(text) ? BigInt(text) : undefined
      return seed !== undefined && seed < 2n ** 64n ? seed : undefined
    },
  },
  draw: { key: 'draw', allowed: 'a whole number from 0 to 4294967295', parse: count(0, 2 ** 32 - 1) },
  races: { key: 'races', allowed: 'a whole number from 10 to 1,000,000', parse: count(10, MAX_RACES) },
}

const NAMES = Object.keys(SETTINGS) as SettingName[]

/** A setting that cannot be read, and what it says. */
export type Refused = [name: SettingName, text: string]

/** The state that a query says, with the defaults where it says nothing or what cannot be read. */
export function stateOf(query: URLSearchParams): { state: LabState; refused: Refused[] } {
  const state: LabState = { ...DEFAULTS }
  const refused: Refused[] = []
  for (const name of NAMES) {
    const text = query.get(SETTINGS[name].key)
    if (text === null) continue
    const value = SETTINGS[name].parse(text.trim())
    if (value === undefined) refused.push([name, text])
    else Object.assign(state, { [name]: value })
  }
  return { state, refused }
}

/** Commas stay commas: they need no escape in a query, and the URL is to be read. */
export function queryOf(state: LabState): string {
  return `?${NAMES.map((name) => `${SETTINGS[name].key}=${state[name]}`).join('&')}`
}

export function changedNames(before: LabState, after: LabState): SettingName[] {
  return NAMES.filter((name) => before[name] !== after[name])
}

function decimal(text: string): number | undefined {
  return /^(\d+\.?\d*|\.\d+)$/.test(text.trim()) ? Number(text) : undefined
}

function count(min: number, max: number): (text: string) => number | undefined {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN
    return value >= min && value <= max ? value : undefined
  }
}
