import jstat from 'jstat'

export interface ChiSquared {
  statistic: number
  degrees: number
  /** The chance of a statistic at least as large where the probabilities are right. */
  p: number
}

/** Classes below this expectation share one bin, as the statistic's distribution asks for. */
const MIN_EXPECTED = 5

/** Pearson's test of counts against the probabilities of their classes. */
export function chiSquared(counts: readonly number[], probabilities: readonly number[]): ChiSquared {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const rest = { count: 0, expected: 0 }
  let statistic = 0
  let bins = 0
  const add = ({ count, expected }: { count: number; expected: number }) => {
    statistic += (count - expected) ** 2 / expected
    bins++
  }
  counts.forEach((count, i) => {
    const expected = total * probabilities[i]
    if (expected >= MIN_EXPECTED) return add({ count, expected })
    rest.count += count
    rest.expected += expected
  })
  if (rest.expected >= MIN_EXPECTED) add(rest)
  const degrees = bins - 1
  return { statistic, degrees, p: 1 - jstat.jStat.chisquare.cdf(statistic, degrees) }
}

export function softmax(logits: ArrayLike<number>, temperature: number): number[] {
  const max = Math.max(...Array.from(logits))
  const weights = Array.from(logits, (logit) => Math.exp((logit - max) / temperature))
  const sum = weights.reduce((a, b) => a + b)
  return weights.map((weight) => weight / sum)
}

/** How often each class was drawn. */
export function countsOf(indices: Iterable<number>, numClasses: number): number[] {
  const counts = Array.from({ length: numClasses }, () => 0)
  for (const index of indices) counts[index]++
  return counts
}
