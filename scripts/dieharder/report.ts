import { cpus } from 'node:os'
import { ALL, LEFT_OUT, type DieharderTest } from './battery'
import type { Order } from './orders'
import type { Assessed, Outcome } from './pipe'

/** A test on an order: the first run, and the repeats of one that was not PASSED. */
export interface OrderTest {
  order: Order
  test: DieharderTest
  runs: Outcome[]
}

/** The chance that dieharder calls a p-value of right words WEAK or FAILED. */
const WEAK_CHANCE = 0.01
/** The chance of more WEAK by luck than this is where chance is no longer believed. */
const SIGNIFICANCE = 0.001

/** The chance of at least `k` of `n`. */
function binomialTail(k: number, n: number, chance: number): number {
  let below = 0
  let term = (1 - chance) ** n
  for (let i = 0; i < k; i++) {
    below += term
    term *= ((n - i) / (i + 1)) * (chance / (1 - chance))
  }
  return Math.max(0, 1 - below)
}

const notPassed = ({ assessment }: Assessed) => assessment !== 'PASSED'

/** What came out, in words, and whether chance explains it: no FAILED, no p-value that is never PASSED, not too many WEAK. */
export function verdictOf(done: readonly OrderTest[]): { good: boolean; text: string } {
  const first = done.flatMap(({ runs }) => runs[0].results)
  const repeated = done.filter(({ runs }) => runs.length > 1)
  const repeats = repeated.flatMap(({ runs }) => runs.slice(1))
  const weak = first.filter(notPassed).length
  const failed = [...first, ...repeats.flatMap(({ results }) => results)].filter(
    (r) => r.assessment === 'FAILED',
  ).length
  // Of a test with many p-values one or another is WEAK in many runs; the same one is not.
  const stubborn = repeated.filter(({ runs }) =>
    runs[0].results.some((_, i) => runs.every(({ results }) => notPassed(results[i]))),
  ).length
  const chance = binomialTail(weak, first.length, WEAK_CHANCE)
  const good = failed === 0 && stubborn === 0 && chance > SIGNIFICANCE
  const text =
    `${first.length} p-values of ${done.length} runs: ${failed} FAILED (chance gives ${(first.length * 2e-6).toPrecision(1)}), ` +
    `${weak} WEAK at first (chance gives ${(first.length * WEAK_CHANCE).toFixed(1)}, and as many or more with probability ` +
    `${chance.toPrecision(2)}). ${repeated.length} runs were repeated with other words and four times the p-samples, ` +
    `${repeats.length} repeats in all; ${stubborn} have a p-value that was WEAK each time.`
  return { good, text }
}

function cell(found: OrderTest | undefined): string {
  if (!found) return ''
  const [first, ...repeats] = found.runs.map(({ results }) => shown(results))
  return [first, ...repeats.map((each) => `→ ${each}`)].join(' ')
}

function shown(results: readonly Assessed[]): string {
  const text = ({ p, assessment }: Assessed) => (assessment === 'PASSED' ? p.toFixed(3) : `**${p.toFixed(4)}**`)
  if (results.length <= 4) return results.map(text).join(' ')
  const sorted = results.toSorted((a, b) => a.p - b.p)
  return `${text(sorted[0])} … ${text(sorted.at(-1)!)} (${results.length})`
}

/** The section of docs/statistics.md. */
export function markdownOf(done: readonly OrderTest[], version: string): string {
  const orders = [...new Set(done.map(({ order }) => order))]
  const key = ({ test }: OrderTest) => `${test.test} ${test.ntuple ?? ''}`
  const tests = [...new Map(done.map((each) => [key(each), each.test])).entries()]
  const rows = tests.map(([id, test]) => {
    const of = orders.map((order) => done.find((each) => each.order === order && key(each) === id))
    const { name, ntuple } = of.find(Boolean)!.runs[0].results[0]
    const title = `${name}${test.ntuple === undefined ? '' : ` ${ntuple}`}`
    return `| ${test.test} | ${title} | ${of.map(cell).join(' | ')} |`
  })
  const outcomes = done.flatMap(({ runs }) => runs)
  const bytes = outcomes.reduce((sum, run) => sum + run.bytes, 0)
  const seconds = outcomes.reduce((sum, run) => sum + run.seconds, 0)
  const processors = cpus()
  return `Run on ${new Date().toISOString().slice(0, 10)} with ${version}, ${processors.length} × ${processors[0].model}: ${Math.round(bytes / 1e9)} GB of words in
${Math.round(seconds / 60)} minutes, beside whatever else the machine was doing. ${verdictOf(done).text}

P-values by test and order; those that dieharder calls WEAK (outside 0.005 to 0.995) or FAILED (within 10^-6 of 0 or 1) in bold,
followed by those of the repeats. Of more than four p-values the least and the greatest are shown.

| -d | test | ${orders.map((order) => `along ${order}`).join(' | ')} |
| --- | --- | ${orders.map(() => '---').join(' | ')} |
${rows.join('\n')}

${tests.length < ALL.length ? LEFT_OUT : ''}`
}
