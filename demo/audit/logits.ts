import { philox4x32 } from 'gumbel-webgpu'

/** Kinds of logits: spread; as a language model's, most far below a few; all alike; some masked. */
export const LOGITS_KINDS = ['spread', 'peaked', 'flat', 'masked'] as const
export type LogitsKind = (typeof LOGITS_KINDS)[number]

/** Seeded logits; each row has a class that is not masked. */
export function logitsOf(kind: LogitsKind, rows: number, numClasses: number, seed: number): Float32Array {
  const logits = new Float32Array(rows * numClasses)
  if (kind === 'flat') return logits.fill(0.5)
  for (let i = 0; i < logits.length; i++) {
    const words = philox4x32([i, 0, 0, 0], [seed, 0xa0d17])
    // The sum of three uniforms is nearly normal.
    const normal = 2 * ((words[0] + words[1] + words[2]) / 2 ** 32 - 1.5)
    const share = words[3] / 2 ** 32
    if (kind === 'spread') logits[i] = 3 * normal
    else if (kind === 'peaked') logits[i] = normal + (share < 0.001 ? 14 : 0)
    else logits[i] = share < 0.6 && i % numClasses > 0 ? -Infinity : normal
  }
  return logits
}
