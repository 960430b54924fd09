import type { TestModule } from 'vitest/node'

export interface Counts {
  passed: number
  failed: number
  skipped: number
}

/** The tests of a file by their outcome. */
export function countTests(module: TestModule): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const test of module.children.allTests()) {
    const { state } = test.result()
    counts[state === 'pending' ? 'failed' : state]++
  }
  // A file that could not be collected, or that failed outside its tests, counts as one failure.
  const collected = module.children.allTests().next().done === false
  if (module.state() === 'failed' && (!collected || module.errors().length > 0)) counts.failed++
  return counts
}

/** Adds the second to the first. */
export function addCounts(sum: Counts, { passed, failed, skipped }: Counts): void {
  sum.passed += passed
  sum.failed += failed
  sum.skipped += skipped
}
