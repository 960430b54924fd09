/** Logits of any shape, made from random numbers. */
export type GeneratedKind = 'normal' | 'flat' | 'peaked'
/** `kjv`: those of the model of the King James Bible, whose vocabulary is the classes. */
export type LogitsKind = GeneratedKind | 'kjv'

/** One logit from two uniforms. */
const KINDS: Record<GeneratedKind, (u: number, v: number) => number> = {
  normal: (u, v) => Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v),
  flat: () => 0,
  // Probabilities fall as rank^-2, about as steeply as a language model's: few tokens hold nearly all.
  peaked: (u) => -2 * Math.log(u),
}

/** Logits of a batch; the same on every machine up to the last bits of `Math.log` and `Math.cos`. */
export function generateLogits(kind: GeneratedKind, count: number): Float32Array {
  const logit = KINDS[kind]
  const logits = new Float32Array(count)
  let state = 1
  const uniform = () => {
    // mulberry32: fast, and good enough for data.
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32
  }
  for (let i = 0; i < count; i++) logits[i] = logit(uniform(), uniform())
  return logits
}
