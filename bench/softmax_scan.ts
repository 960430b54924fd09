/**
 * Draws a class of one row as JavaScript programs do: a softmax, then a walk along the cumulative sum.
 * @param weights at least as many as logits; overwritten
 */
export function softmaxScan(logits: Float32Array, weights: Float32Array | Float64Array): number {
  let max = -Infinity
  for (let c = 0; c < logits.length; c++) if (logits[c] > max) max = logits[c]
  let sum = 0
  for (let c = 0; c < logits.length; c++) sum += weights[c] = Math.exp(logits[c] - max)
  let rest = Math.random() * sum
  for (let c = 0; c < logits.length; c++) {
    rest -= weights[c]
    if (rest < 0) return c
  }
  return logits.length - 1
}
