import { DeviceError, InvalidRowsError } from 'gumbel-webgpu'
import { expect } from 'vitest'

/** What a call gave, or which of the documented errors it threw. */
export type Outcome<T> = { value: T } | { error: Error }

/** Runs a call; errors that are not documented are thrown on. */
export async function outcomeOf<T>(call: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await call() }
  } catch (error) {
    for (const documented of [RangeError, TypeError, InvalidRowsError, DeviceError])
      if (error instanceof documented) return { error }
    throw error
  }
}

/** Fails unless both threw the same error, word for word, or both gave a value and `compare` finds nothing. */
export function expectSameOutcome<T>(
  actual: Outcome<T>,
  expected: Outcome<T>,
  compare: (actual: T, expected: T) => void,
): void {
  if ('value' in actual && 'value' in expected) return compare(actual.value, expected.value)
  expect(described(actual)).toEqual(described(expected))
}

function described(outcome: Outcome<unknown>) {
  if ('value' in outcome) return 'a value'
  const { error } = outcome
  return { type: error.constructor.name, message: error.message, rows: error instanceof InvalidRowsError && error.rows }
}
