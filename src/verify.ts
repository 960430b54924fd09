import { digestNoise } from './noise/digest'
import { NOISE_DIGEST, PUBLISHED_BLOCKS } from './noise/known_answers'
import { philox4x32 } from './noise/philox'
import { NOISE_RANGES } from './noise/ranges'
import { xorOf } from './noise/verify_words'
import type { SampleCallOptions } from './operations/sample/options'
import type { Sampler, Verification } from './sampler'

/** Draws that are compared: short rows, a row for a workgroup, split rows; some classes masked. */
const DRAWS = [
  { batchSize: 500, numClasses: 10 },
  { batchSize: 20, numClasses: 1001 },
  { batchSize: 2, numClasses: 40000 },
]

/** Compares the CPU's Philox and noise, of which `digests` are the digests of NOISE_RANGES, with known answers. */
export function verifyCpu(digests = digestNoise(NOISE_RANGES)): Verification {
  const failures: string[] = []
  for (const { counter, key, words: answer } of PUBLISHED_BLOCKS) {
    const words = philox4x32(counter, key)
    if (answer.some((word, i) => word !== words[i]))
      failures.push(`philox4x32(${counter}, ${key}) gave ${words}, not ${answer}`)
  }
  const digest = xorOf(digests)
  if (digest !== NOISE_DIGEST)
    failures.push(
      `the CPU's noise has the digest ${digest}, not ${NOISE_DIGEST}: this JavaScript engine rounds float32 otherwise`,
    )
  const words = NOISE_RANGES.reduce((total, { count }) => total + count, 0)
  return { ok: failures.length === 0, words, draws: 0, failures }
}

/** Where a device's digests of NOISE_RANGES differ from the CPU's, a sentence each. */
export function differencesOf(digests: Uint32Array, expected = digestNoise(NOISE_RANGES)): string[] {
  return NOISE_RANGES.flatMap(({ first, stride, count }, i) =>
    digests[2 * i] === expected[2 * i] && digests[2 * i + 1] === expected[2 * i + 1]
      ? []
      : [`noise differs from the CPU's among the ${count} words from ${first} on by ${stride}`],
  )
}

/** Compares a device's noise and draws with the CPU's, bit for bit. `digests` are the device's, of NOISE_RANGES. */
export async function verifyDevice(device: Sampler, cpu: Sampler, digests: Uint32Array): Promise<Verification> {
  const expected = digestNoise(NOISE_RANGES)
  const { words, failures } = verifyCpu(expected)
  failures.push(...differencesOf(digests, expected))
  let draws = 0
  for (const shape of DRAWS) {
    const options: SampleCallOptions = { ...shape, seed: 0x9e3779b97f4a7c15n, temperature: 0.9, scores: true }
    const logits = (await cpu.noise('gumbel', { ...shape, seed: 1 })).map((x, i) => (i % 7 === 3 ? -Infinity : 2 * x))
    const [there, here] = await Promise.all([device.sample(logits, options), cpu.sample(logits, options)])
    draws += shape.batchSize
    const row = here.indices.findIndex((index, r) => index !== there.indices[r] || here.scores![r] !== there.scores![r])
    if (row >= 0)
      failures.push(
        `of [${shape.batchSize}, ${shape.numClasses}] logits, row ${row} draws ${there.indices[row]} with score ${there.scores![row]}; the CPU draws ${here.indices[row]} with ${here.scores![row]}`,
      )
  }
  return { ok: failures.length === 0, words, draws, failures }
}
