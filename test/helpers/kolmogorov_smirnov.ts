/**
 * The one-sample Kolmogorov-Smirnov test: the largest distance of the samples' distribution from `cdf`, and the chance of one at
 * least as large (Kolmogorov's limit, with Stephens' correction for the number of samples).
 */
export function kolmogorovSmirnov(samples: Float64Array, cdf: (x: number) => number): { distance: number; p: number } {
  const sorted = samples.toSorted()
  const n = sorted.length
  let distance = 0
  sorted.forEach((x, i) => {
    const expected = cdf(x)
    distance = Math.max(distance, expected - i / n, (i + 1) / n - expected)
  })
  const root = Math.sqrt(n)
  const lambda = (root + 0.12 + 0.11 / root) * distance
  let p = 0
  for (let j = 1; j <= 100; j++) p += 2 * (j % 2 === 1 ? 1 : -1) * Math.exp(-2 * (j * lambda) ** 2)
  return { distance, p: lambda < 0.2 ? 1 : Math.min(1, Math.max(0, p)) }
}
