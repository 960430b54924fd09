import type { VerifyDraftOptions } from 'gumbel-webgpu'
import { randomLogits } from './logits'
import { Random } from './random'

export const DRAFTED = {
  batchSize: 5,
  numClasses: 90,
  seed: [1n, 2n, 3n, 4n, 5n],
  streams: [7, 7, 8, 9, 10],
  step: [0, 10, 20, 30, 4_000_000_000],
  temperature: [1, 0.3, 2, 1, 1],
  topK: [0, 5, 0, 20, 0],
  topP: [1, 1, 0.9, 1, 0.5],
} satisfies VerifyDraftOptions & { batchSize: number }
export const K = 4
export const POSITIONS = K + 1

export const draftLogits = () => randomLogits('normal', DRAFTED.batchSize * POSITIONS, DRAFTED.numClasses, 90)

/** Drafts that agree with what is drawn for 0, 1, 2, 3 and 4 tokens. */
export function draftsOf(drawn: ArrayLike<number>): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length: DRAFTED.batchSize * K }, (_, i) => {
    const [row, at] = [Math.floor(i / K), i % K]
    return at === row ? (drawn[row * POSITIONS + at] + 1) % DRAFTED.numClasses : drawn[row * POSITIONS + at]
  })
}

/** Logits of a drafter, which are those of the verifier but for some noise. */
export function nearby(logits: Float32Array, size: number, seed: number): Float32Array<ArrayBuffer> {
  const random = new Random(seed)
  return logits.map((logit) => logit + size * random.normal()) as Float32Array<ArrayBuffer>
}
