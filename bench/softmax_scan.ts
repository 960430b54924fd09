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

/** The same among the classes that filters keep: a sort of the logits finds where they end; of equal ones at the end all are kept. */
export function filteredScan(
  logits: Float32Array,
  { topK = logits.length, topP = 1, minP = 0 }: { topK?: number; topP?: number; minP?: number },
  weights: Float32Array,
): number {
  // Ascending, as a sort without a comparison is several times as fast.
  const sorted = logits.toSorted()
  const last = sorted.length - 1
  const max = sorted[last]
  let sum = 0
  for (let i = 0; i < topK; i++) sum += weights[i] = Math.exp(sorted[last - i] - max)
  let kept = 0
  for (let before = 0; kept < topK && before < topP * sum && weights[kept] >= minP; kept++) before += weights[kept]
  const line = sorted[last - Math.max(0, kept - 1)]
  sum = 0
  for (let c = 0; c < logits.length; c++) sum += weights[c] = logits[c] >= line ? Math.exp(logits[c] - max) : 0
  let rest = Math.random() * sum
  for (let c = 0; c < logits.length; c++) {
    rest -= weights[c]
    if (rest < 0) return c
  }
  return last
}

/** Draws many classes of one row, by a binary search of the cumulative sums for each. */
export function manyDraws(logits: Float32Array, indices: Int32Array): void {
  let max = -Infinity
  for (const logit of logits) if (logit > max) max = logit
  const sums = new Float64Array(logits.length)
  let sum = 0
  for (let c = 0; c < logits.length; c++) sums[c] = sum += Math.exp(logits[c] - max)
  for (let i = 0; i < indices.length; i++) {
    const pick = Math.random() * sum
    let [low, high] = [0, logits.length - 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (sums[middle] > pick) high = middle
      else low = middle + 1
    }
    indices[i] = low
  }
}
