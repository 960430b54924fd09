/** What was measured between calls. */
export interface Sample {
  minutes: number
  calls: number
  /** Bytes of the JavaScript heap in use, right after a collection. */
  heap: number
  /** GPU buffers made less destroyed, and their bytes. */
  buffers: number
  bytes: number
}

/** A quantity that must not grow, and by how much its median may differ between the quarters that are compared. */
interface Kept {
  name: string
  of(sample: Sample): number
  slack: number
  show(value: number): string
}

const MB = 2 ** 20
const megabytes = (value: number) => `${(value / MB).toFixed(2)} MB`

export const KEPT: readonly Kept[] = [
  { name: 'JS heap', of: ({ heap }) => heap, slack: MB / 4, show: megabytes },
  { name: 'GPU buffers', of: ({ buffers }) => buffers, slack: 4, show: String },
  { name: 'bytes of GPU buffers', of: ({ bytes }) => bytes, slack: MB, show: megabytes },
]

export interface Growth {
  name: string
  from: number
  to: number
  show(value: number): string
  isFlat: boolean
}

/** The first quarter of the samples is the warm-up; the second is compared with the last. */
export function growthOf(samples: readonly Sample[]): Growth[] {
  const quarter = Math.floor(samples.length / 4)
  if (quarter < 1) throw new Error(`${samples.length} samples are too few to compare`)
  return KEPT.map(({ name, of, slack, show }) => {
    const from = median(samples.slice(quarter, 2 * quarter).map(of))
    const to = median(samples.slice(-quarter).map(of))
    return { name, from, to, show, isFlat: to - from <= slack }
  })
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]
}
