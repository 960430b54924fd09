import type { Reporter, TestModule, TestSpecification } from 'vitest/node'
import { type Counts, addCounts, countTests } from './counts.ts'

/**
 * Prints how many tests ran in each project, then the sum as the last line. A project that was to run and in which no test
 * passed or failed, all having been skipped or not reached, is a failure.
 */
export default class CountReporter implements Reporter {
  #projects: string[] = []

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.#projects = [...new Set(specifications.map(({ project }) => project.name))]
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const sum: Counts = { passed: 0, failed: errors.length, skipped: 0 }
    for (const name of this.#projects) {
      const counts: Counts = { passed: 0, failed: 0, skipped: 0 }
      for (const module of modules) if (module.project.name === name) addCounts(counts, countTests(module))
      if (counts.passed + counts.failed === 0) {
        console.log(`${name}: no test ran`)
        counts.failed = 1
      }
      console.log(`${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
      addCounts(sum, counts)
    }
    if (sum.failed > 0 || sum.passed === 0) process.exitCode = 1
    console.log(`${sum.passed} passed, ${sum.failed} failed` + (sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''))
  }
}
