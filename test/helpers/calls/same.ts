import { expectClose, expectSame } from '../compare'

/** Results of which every bit is the same on every device. */
const EXACT = ['indices', 'scores', 'noise']

/** Fails unless two results have the same arrays. */
export function expectSameResult(actual: object, expected: object): void {
  for (const [name, values] of Object.entries(expected) as [string, ArrayLike<number> | undefined][]) {
    if (name === 'invalidRows' || values === undefined) continue
    const result = (actual as Record<string, ArrayLike<number> | undefined>)[name]
    if (EXACT.includes(name)) expectSame(result, values, name)
    else expectClose(result, values, 1e-4, name)
  }
}
