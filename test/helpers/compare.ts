import { expect } from 'vitest'

type Numbers = ArrayLike<number>

/** Fails unless both hold the same numbers, -0 apart from 0 and NaN like NaN; names the first that differ. */
export function expectSame(actual: Numbers | undefined, expected: Numbers | undefined, what: string): void {
  expectEach(actual, expected, what, Object.is)
}

/** Fails unless each number is within `tolerance` of the expected, relative above 1 and absolute below. */
export function expectClose(
  actual: Numbers | undefined,
  expected: Numbers | undefined,
  tolerance: number,
  what: string,
): void {
  expectEach(
    actual,
    expected,
    what,
    (a, e) => Object.is(a, e) || Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e)),
  )
}

function expectEach(
  actual: Numbers | undefined,
  expected: Numbers | undefined,
  what: string,
  agree: (a: number, e: number) => boolean,
): void {
  if (!actual || !expected) return expect.fail(`${what}: nothing to compare`)
  expect(actual.length, `${what}: length`).toBe(expected.length)
  expect(actual.length, `${what}: length`).toBeGreaterThan(0)
  const differing: number[] = []
  for (let i = 0; i < actual.length; i++) if (!agree(actual[i], expected[i])) differing.push(i)
  if (differing.length === 0) return
  const shown = differing.slice(0, 3).map((i) => `[${i}] is ${actual[i]}, not ${expected[i]}`)
  expect.fail(`${what}: ${shown.join('; ')}; ${differing.length} of ${actual.length} differ`)
}
