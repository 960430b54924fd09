import { kolmogorovSmirnov } from '../../test/helpers/kolmogorov_smirnov'
import type { Finding } from '../../test/helpers/statistics/finding'
import { LEVEL, POWER } from '../../test/helpers/statistics/finding'

/** What a check of the battery found. */
export interface Found extends Finding {
  name: string
}

/** The chance of right samplers' whole batteries that is refused, of the least p-value and of all of them together. */
const FAMILY_LEVEL = 0.01

/** Bonferroni's bound for the least p-value, and a Kolmogorov-Smirnov test that all are uniform. */
export function verdictOf(found: readonly Found[]): { good: boolean; text: string } {
  const least = found.reduce((a, b) => (b.p < a.p ? b : a))
  const bonferroni = Math.min(1, least.p * found.length)
  const { p: uniform } = kolmogorovSmirnov(
    Float64Array.from(found, ({ p }) => p),
    (x) => x,
  )
  const good = bonferroni > FAMILY_LEVEL && uniform > FAMILY_LEVEL / 10
  const text =
    `${found.length} tests. The least p-value is ${least.p.toPrecision(2)} (${least.name}); that one is as small has a chance of at most ` +
    `${bonferroni.toPrecision(2)}, where ${FAMILY_LEVEL} is refused. That all are as uneven as they are has a chance of ${uniform.toPrecision(2)}, ` +
    `where ${FAMILY_LEVEL / 10} is refused.`
  return { good, text }
}

/** The section of docs/statistics.md. */
export function markdownOf(found: readonly Found[], stack: string, seconds: number): string {
  const rows = found.map(({ name, p, sees }) => `| ${name} | ${p.toPrecision(2)} | ${sees} |`)
  return `Run on ${new Date().toISOString().slice(0, 10)} in ${stack}, which made the words and the draws, in ${Math.round(seconds)} s. ${verdictOf(found).text}

Seeds are fixed. _Sees_ is the least deviation that a test refuses, at p < ${LEVEL}, in ${100 * POWER} of 100 runs. \`npm test\` runs the same
tests at a smaller scale on the GPU and on the CPU, and for each a sampler that is broken on purpose, which it must refuse.

| test | p | sees |
| --- | --- | --- |
${rows.join('\n')}`
}
