const MIN_NORMAL = 2 ** -126
const f = Math.fround

/**
 * A class's score, `logit + temperature * gumbel`, in strict arithmetic, the twin of `shaders/shared/score.wgsl`;
 * subnormal logits count as 0.
 */
export function scoreOf(logit: number, temperature: number, gumbel: number): number {
  return f((Math.abs(logit) < MIN_NORMAL ? 0 : logit) + f(temperature * gumbel))
}
