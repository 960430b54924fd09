/** The log density of a relaxed sample in float64, and the size of what is added up to it. */
export interface Density {
  logProb: number
  size: number
}

/**
 * As PyTorch's RelaxedOneHotCategorical.log_prob is documented: of log y (ExpRelaxedCategorical), then the change of variables;
 * for the classes that are not masked.
 */
export function naiveDensity(y: Float32Array, row: Float32Array, temperature: number, tau: number): Density {
  return densityOfLogs(Float64Array.from(y, Math.log), row, temperature, tau)
}

/** The same of log-samples. */
export function densityOfLogs(logs: ArrayLike<number>, row: Float32Array, temperature: number, tau: number): Density {
  const left = Array.from(row, (_, c) => c).filter((c) => row[c] !== -Infinity)
  const [t, a] = [Math.fround(temperature), Math.fround(tau)]
  const values = left.map((c) => logs[c])
  // Logits count from the largest, which changes nothing but the digits that are lost.
  const top = Math.max(...left.map((c) => row[c]))
  const scores = left.map((c, k) => (row[c] - top) / t - values[k] * a)
  const max = Math.max(...scores)
  const logSum = max + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - max), 0))
  let logScale = (left.length - 1) * Math.log(a)
  for (let n = 2; n < left.length; n++) logScale += Math.log(n)
  const terms = scores.map((score, k) => score - logSum - values[k])
  const sizes = scores.map((score, k) => Math.abs(score - logSum) + (1 + a) * Math.abs(values[k]))
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
  return { logProb: logScale + sum(terms), size: Math.abs(logScale) + sum(sizes) }
}
