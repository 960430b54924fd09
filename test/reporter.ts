import type { Reporter, TestModule } from 'vitest/node'

/** Prints how many tests ran in each project, then the sum as the last line; a project without a passed test fails the run. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = new Map<string, { passed: number; failed: number; skipped: number }>()
    for (const module of modules) {
      const name = module.project.name.split(' ')[0]
      const count = counts.get(name) ?? { passed: 0, failed: 0, skipped: 0 }
      counts.set(name, count)
      let tests = 0
      for (const test of module.children.allTests()) {
        tests++
        const { state } = test.result()
        if (state === 'passed') count.passed++
        else if (state === 'failed') count.failed++
        else count.skipped++
      }
      // A file that could not even be collected counts as one failure.
      if (module.state() === 'failed' && (tests === 0 || module.errors().length > 0)) count.failed++
    }
    const sum = { passed: 0, failed: errors.length, skipped: 0 }
    for (const [name, { passed, failed, skipped }] of counts) {
      console.log(`${name}: ${passed} passed, ${failed} failed, ${skipped} skipped`)
      const ran = passed + failed > 0
      if (!ran) console.log(`${name}: no test ran`)
      sum.passed += passed
      sum.failed += failed + (ran ? 0 : 1)
      sum.skipped += skipped
    }
    if (sum.failed > 0 || sum.passed === 0) process.exitCode = 1
    console.log(`${sum.passed} passed, ${sum.failed} failed` + (sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''))
  }
}
