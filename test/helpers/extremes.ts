import { type SampleOptions, createSampler } from 'gumbel-webgpu'

const cpu = await createSampler({ backend: 'cpu' })

/** A contest of two classes, the others masked, that one wins by 1e-4 * T. */
export interface NarrowWin {
  name: string
  logits: Float32Array<ArrayBuffer>
  options: SampleOptions
  winner: number
}

/** Where seed 1 has the least and the greatest word, so the greatest and the least noise; found by drawing 2^33 words. */
const GREATEST_NOISE = { stream: 0, classNumber: 526_523_153 }
const LEAST_NOISE = { stream: 4, classNumber: 123_664_082 }

/**
 * Contests that samplers decide wrongly where they think too little of the range of noise, and skip what could win.
 * @param numClasses a multiple of 8, from 16
 */
export async function narrowWins(numClasses: number): Promise<NarrowWin[]> {
  const wins: NarrowWin[] = []
  for (const temperature of [0.05, 1, 30])
    for (const tail of ['standard', 'extended'] as const)
      for (const far of [GREATEST_NOISE, LEAST_NOISE])
        wins.push(await narrowWin(far, { batchSize: 1, numClasses, seed: 1, temperature, tail }))
  return wins
}

/** The class whose noise is far out is in the last group of eight: what it must reach is known by then. */
async function narrowWin(
  { stream, classNumber }: typeof GREATEST_NOISE,
  common: SampleOptions & { temperature: number },
): Promise<NarrowWin> {
  const { numClasses, temperature, tail } = common
  const classOffset = classNumber - (classNumber % 8) + 8 - numClasses
  const options = { ...common, streams: stream, classOffset }
  const noise = await cpu.noise('gumbel', options)
  const far = classNumber - classOffset
  const others = noise.subarray(0, numClasses - 8)
  const rival = others.indexOf(Math.max(...others))
  const [winner, loser] = noise[far] > noise[rival] ? [far, rival] : [rival, far]
  const logits = new Float32Array(numClasses).fill(-Infinity)
  logits[loser] = 0
  logits[winner] = temperature * (noise[loser] - noise[winner] + 1e-4)
  const what = far === winner ? 'the greatest noise wins' : 'the least noise loses'
  return { name: `${what}, T ${temperature}, ${tail} tail`, logits, options, winner: classOffset + winner }
}
