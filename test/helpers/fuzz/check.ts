import fc from 'fast-check'
import { expect } from 'vitest'
import { printProgress } from './progress'

// Where tests do not come through vite, import.meta has no env.
const env: Partial<ImportMetaEnv> = import.meta.env ?? {}

/**
 * How the fuzz tests run, from the environment: VITE_FUZZ_SEED (1 by default, so that `npm test` meets the same cases each time),
 * VITE_FUZZ_FACTOR (so many times as many cases, and of every kind of shape), VITE_FUZZ_PATH (that of a failure, to meet it at once).
 */
export const FUZZ = {
  seed: Number(env.VITE_FUZZ_SEED ?? 1),
  factor: Number(env.VITE_FUZZ_FACTOR ?? 1),
  path: env.VITE_FUZZ_PATH as string | undefined,
}

/** Smaller cases that are tried once one has failed. */
const MOST_TRIED = 300

/** Fails on the first case that has not the property, with the smallest such case that is found and with what meets it again. */
export async function check<T>(
  name: string,
  runs: number,
  cases: fc.Arbitrary<T>,
  property: (each: T) => Promise<void>,
): Promise<void> {
  const { seed, factor, path } = FUZZ
  const numRuns = Math.ceil(runs * factor)
  let done = 0
  let failed = false
  let tried = 0
  const counted = async (each: T) => {
    // Once one has failed, these are smaller ones.
    if (failed && ++tried > MOST_TRIED) return
    try {
      await property(each)
    } catch (error) {
      failed = true
      throw error
    }
    if (failed) return
    done++
    if (factor > 1 && (done === numRuns || done % Math.ceil(numRuns / 200) === 0))
      printProgress({ name, done, cases: numRuns })
  }
  const details = await fc.check(fc.asyncProperty(cases, counted), { seed, numRuns, path, includeErrorInReport: true })
  if (!details.failed) return expect(details.numRuns, name).toBeGreaterThan(0)
  const again = `VITE_FUZZ_SEED=${details.seed} VITE_FUZZ_PATH='${details.counterexamplePath}'`
  const report = fc.defaultReportMessage(details)
  // Firefox's stacks, which fast-check reports, leave the message out.
  const { message = '' } = (details.errorInstance ?? {}) as Partial<Error>
  throw new Error(
    `${report}${report?.includes(message) ? '' : `\n${message}`}\nTo meet it again: ${again}${factor > 1 ? ` VITE_FUZZ_FACTOR=${factor}` : ''} and the same vitest command with -t '${namePattern(name)}'`,
  )
}

/** What `-t` of vitest, a regular expression, takes for this name. */
function namePattern(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
