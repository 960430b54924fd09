export const MIN_CLASSES = 2
export const MAX_CLASSES = 10

/** Probabilities are whole multiples of 1 / PARTS, so that the URL holds all of them. */
const PARTS = 10_000

/** The name of a class: A, B, C, … */
export function className(index: number): string {
  return String.fromCharCode(65 + index)
}

/** Weights as probabilities that sum to 1; undefined where they are none. */
export function normalised(weights: readonly number[]): number[] | undefined {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const fit = weights.length >= MIN_CLASSES && weights.length <= MAX_CLASSES && sum > 0 && sum < Infinity
  return fit ? inParts(weights.map((weight) => weight / sum)) : undefined
}

/** Gives class `index` a probability; the others keep their ratios and share what is left. */
export function withProbability(probabilities: readonly number[], index: number, probability: number): number[] {
  const value = Math.min(1, Math.max(0, Math.round(probability * PARTS) / PARTS))
  const others = 1 - probabilities[index]
  const evenly = (1 - value) / (probabilities.length - 1)
  return inParts(
    probabilities.map((p, i) => {
      if (i === index) return value
      return others > 0 ? (p / others) * (1 - value) : evenly
    }),
  )
}

/** One class more, with an even share; the others keep their ratios. */
export function withClassAdded(probabilities: readonly number[]): number[] {
  const count = probabilities.length + 1
  return inParts([...probabilities.map((p) => (p * (count - 1)) / count), 1 / count])
}

/** The last class less; the others keep their ratios. */
export function withClassRemoved(probabilities: readonly number[]): number[] {
  const last = probabilities.length - 1
  return withProbability(probabilities, last, 0).slice(0, last)
}

export function evenProbabilities(count: number): number[] {
  return inParts(Array.from({ length: count }, () => 1 / count))
}

/** Rounds to parts, and gives those that rounding down left over to the largest remainders. */
function inParts(probabilities: readonly number[]): number[] {
  const exact = probabilities.map((p) => p * PARTS)
  // A product may fall short of its whole number by a rounding.
  const parts = exact.map((part) => Math.floor(part + 1e-6))
  const left = PARTS - parts.reduce((sum, part) => sum + part)
  const byRemainder = exact.map((_, i) => i).toSorted((a, b) => exact[b] - parts[b] - (exact[a] - parts[a]))
  for (const i of byRemainder.slice(0, left)) parts[i]++
  return parts.map((part) => part / PARTS)
}
