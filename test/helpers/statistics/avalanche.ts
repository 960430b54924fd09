import { type Finding, ofEvenChances } from './finding'
import type { Source } from './source'

/** What has bits that may be flipped, and how many. Of a class the three lowest choose a word within its block. */
export const INPUTS = { seed: 64, stream: 32, step: 32, class: 31 }
export type Input = keyof typeof INPUTS
const GROUP_BITS = 3
const BASE = { seed: 0x0123456789abcdefn, stream: 0x13579bdf, step: 0x2468ace0, class: 0x12345678 }

/** One bit of an input flipped flips each bit of a word half the time. */
export async function avalanche(input: Input, source: Source, numClasses: number): Promise<Finding> {
  const wordsOf = (flipped: bigint) => {
    const of = (each: Input) => (each === input ? BigInt(BASE[each]) ^ flipped : BigInt(BASE[each]))
    const classOffset = Number(of('class'))
    const step = Number(of('step'))
    return source.words({
      batchSize: 1,
      numClasses,
      seed: of('seed'),
      streams: Number(of('stream')),
      step,
      classOffset,
    })
  }
  const first = input === 'class' ? GROUP_BITS : 0
  const base = await wordsOf(0n)
  const flips = new Float64Array(32 * (INPUTS[input] - first))
  for (let b = first; b < INPUTS[input]; b++) {
    const words = await wordsOf(1n << BigInt(b))
    for (let i = 0; i < numClasses; i++) {
      const different = words[i] ^ base[i]
      for (let out = 0; out < 32; out++) flips[32 * (b - first) + out] += (different >>> out) & 1
    }
  }
  return ofEvenChances(flips, numClasses)
}
