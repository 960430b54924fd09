/**
 * A class's score, `logit + temperature * gumbel`, in strict arithmetic, and what rounding the sum left out; the twin of
 * `shaders/shared/score.wgsl`. A draw is the first maximum of the exact sums: of equal scores the one with the largest remainder.
 * Subnormal logits count as 0, and so do subnormal remainders.
 */

const MIN_NORMAL = 2 ** -126
const f = Math.fround

/** What devices may flush counts as 0. */
export function canonical(x: number): number {
  return Math.abs(x) < MIN_NORMAL ? 0 : x
}

/** What the noise adds to the logit. */
function productOf(temperature: number, gumbel: number): number {
  return f(temperature * gumbel)
}

export function scoreOf(logit: number, temperature: number, gumbel: number): number {
  return f(canonical(logit) + productOf(temperature, gumbel))
}

/** The exact sum less the score, by Dekker's Fast2Sum (Numer. Math. 18, 1971). */
export function remainderOf(logit: number, temperature: number, gumbel: number): number {
  const [term, product] = [canonical(logit), productOf(temperature, gumbel)]
  const score = f(term + product)
  return canonical(Math.abs(term) >= Math.abs(product) ? product - (score - term) : term - (score - product))
}
