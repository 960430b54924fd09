export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = q * (sorted.length - 1)
  const low = Math.floor(at)
  const next = sorted[Math.min(low + 1, sorted.length - 1)]
  return sorted[low] + (next - sorted[low]) * (at - low)
}

export const median = (values: readonly number[]) => quantile(values, 0.5)

/** Half the distance between the quartiles, as a fraction of the median. */
export function spread(values: readonly number[]): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / 2 / median(values)
}

export const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

/** The median of the ratios of measurements taken side by side, of which one may have had fewer. */
export function medianRatio(a: readonly number[], b: readonly number[]): number {
  const rounds = Math.min(a.length, b.length)
  return median(a.slice(0, rounds).map((value, i) => value / b[i]))
}
