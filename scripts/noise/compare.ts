import type { NoiseRange } from '../../src/noise/ranges'

/** Two words for each range; of `src/noise/digest.ts` or of a GPU. */
export type Digest = (ranges: readonly NoiseRange[]) => Promise<ArrayLike<number>>

/** Ranges digested in one call: enough to keep a GPU busy, few enough that a software adapter answers in a second. */
const RANGES_AT_ONCE = 64
const PIECES = 1024

/** Digests many ranges, call by call; `onProgress` hears how many are done. */
export async function digestAll(
  digest: Digest,
  ranges: readonly NoiseRange[],
  onProgress: (done: number) => void,
): Promise<Uint32Array> {
  const digests = new Uint32Array(2 * ranges.length)
  for (let i = 0; i < ranges.length; i += RANGES_AT_ONCE) {
    const some = ranges.slice(i, i + RANGES_AT_ONCE)
    digests.set(await digest(some), 2 * i)
    onProgress(i + some.length)
  }
  return digests
}

/** The first range whose digests differ, or -1. */
export function firstDifferentRange(a: ArrayLike<number>, b: ArrayLike<number>): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return i >> 1
  return -1
}

/** The first word of a range whose noise differs, found with ever shorter ranges; undefined where none differs now. */
export async function firstDifferentWord(range: NoiseRange, a: Digest, b: Digest): Promise<number | undefined> {
  while (true) {
    const pieces = piecesOf(range)
    const i = firstDifferentRange(await a(pieces), await b(pieces))
    if (i < 0) return undefined
    range = pieces[i]
    if (range.count === 1) return range.first
  }
}

function piecesOf({ first, stride, count }: NoiseRange): NoiseRange[] {
  const length = Math.ceil(count / PIECES)
  return Array.from({ length: Math.ceil(count / length) }, (_, i) => ({
    first: (first + i * length * stride) % 2 ** 32,
    stride,
    count: Math.min(length, count - i * length),
  }))
}
