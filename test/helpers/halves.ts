import { Random } from './random'

export type HalfType = 'float16' | 'bfloat16'

/** Bits that both types have: NaN, -Infinity, both zeros, the least and the largest subnormals of both signs. */
export const ODD_HALVES = { nan: 0x7fff, masked: { float16: 0xfc00, bfloat16: 0xff80 } }
const SUBNORMAL = { float16: [0, 0x8000, 1, 0x8001, 0x03ff, 0x83ff], bfloat16: [0, 0x8000, 1, 0x8001, 0x007f, 0x807f] }

/** Logits of 16 bits: random numbers of a few units, some masked, some subnormal or 0. */
export function halvesOf(type: HalfType, length: number, seed = 1): Uint16Array<ArrayBuffer> {
  const random = new Random(seed)
  const small = type === 'float16' ? [0x2c00, 0x4600] : [0x3d80, 0x40c0]
  return Uint16Array.from({ length }, () => {
    const kind = random.uniform()
    if (kind < 0.1) return ODD_HALVES.masked[type]
    if (kind < 0.3) return random.pick(SUBNORMAL[type])
    return random.whole(small[0], small[1]) | random.pick([0, 0x8000])
  })
}

/** Rows of halves at their place in an array of whole words, as a buffer has, with NaN around them. */
export function placedHalves(
  type: HalfType,
  packed: Uint16Array,
  numClasses: number,
  { offset, rowStride }: { offset: number; rowStride: number },
) {
  const rows = packed.length / numClasses
  const data = new Uint16Array(2 * Math.ceil((offset + rows * rowStride) / 2)).fill(ODD_HALVES.nan)
  for (let r = 0; r < rows; r++) data.set(packed.subarray(r * numClasses, (r + 1) * numClasses), offset + r * rowStride)
  return { data, type, offset, rowStride }
}
