import { philox4x32 } from 'gumbel-webgpu'
import table from '../../../src/noise/known_answers.json'
import { counted } from '../../numbers'
import type { Check } from '../check'

/** Random123's published answers for philox4x32-10: counter, key, words. */
const PUBLISHED = table.philox4x32
  .filter(({ source }) => source === 'random123')
  .map(({ counter, key, words }) => [counter, key, words].map((text) => text.split(' ').map((w) => parseInt(w, 16))))

/** Blocks that the device makes: two for each eight classes. */
const ROWS = 64
const GROUPS = 64
/** Added to the draw's number for the low halves. */
const LOW = 2 ** 24

export const knownAnswers: Check = {
  id: 'known-answers',
  title: 'Known answers',
  about:
    'Philox4x32-10, which all randomness comes from, against the answers that its authors published in Random123; then the device’s blocks, of many seeds, streams and steps, against those.',
  figures: ['Published answers', 'Blocks of the device', 'Different'],
  weight: () => 1,
  async run({ sampler, progress }) {
    const wrong = PUBLISHED.filter(([counter, key, words]) => String([...philox4x32(counter, key)]) !== String(words))
    await progress(0.2)
    let different = 0
    let first = ''
    const compare = (what: string, found: number[], expected: ArrayLike<number>) => {
      if (found.every((word, i) => word === expected[i])) return
      different++
      first ||= `${what} gives ${hex(found)}, not ${hex(expected)}.`
    }

    const zero = await blocksOf(sampler.noise('bits', { batchSize: 1, numClasses: 8, seed: 0 }))
    compare('The block of all zeros', zero[0], PUBLISHED[0][2])

    const seed = Array.from({ length: ROWS }, (_, row) => (BigInt(row) * 0x9e3779b97f4a7c15n) & (2n ** 64n - 1n))
    const streams = Array.from({ length: ROWS }, (_, row) => Math.imul(row, 0x85ebca6b) >>> 0)
    const steps = [0, 1, 0xdeadbeef, 0xffffffff]
    for (const [i, step] of steps.entries()) {
      await progress(0.2 + (0.8 * i) / steps.length)
      const options = { batchSize: ROWS, numClasses: 8 * GROUPS, seed, streams, step }
      const blocks = await blocksOf(sampler.noise('bits', options))
      blocks.forEach((block, b) => {
        const [row, group] = [Math.floor(b / 2 / GROUPS), Math.floor(b / 2) % GROUPS]
        const counter = [group, streams[row], step, (b % 2) * LOW]
        const key = [Number(seed[row] & 0xffffffffn), Number(seed[row] >> 32n)]
        compare(`Counter ${hex(counter)} with key ${hex(key)}`, block, philox4x32(counter, key))
      })
    }
    const made = 1 + steps.length * ROWS * GROUPS * 2
    return {
      good: wrong.length === 0 && different === 0,
      verdict:
        wrong.length > 0
          ? `This browser’s JavaScript misses ${counted(wrong.length, 'published answer')}.`
          : different > 0
            ? `The device misses ${counted(different, 'block')} of ${made.toLocaleString('en')}. ${first}`
            : 'Every block is the right one.',
      figures: {
        'Published answers': `${PUBLISHED.length - wrong.length} of ${PUBLISHED.length}`,
        'Blocks of the device': made.toLocaleString('en'),
        Different: different.toLocaleString('en'),
      },
      data: { published: PUBLISHED.length, wrong: wrong.length, blocks: made, different },
    }
  },
}

/** The words of eight classes come from two blocks, one with their high halves and one with the low; this puts the blocks together again. */
async function blocksOf(bits: Promise<Uint32Array>): Promise<number[][]> {
  const words = await bits
  const blocks: number[][] = []
  for (let at = 0; at < words.length; at += 8) {
    const pairs = [0, 1, 2, 3].map((i) => [words[at + i], words[at + 4 + i]])
    blocks.push(
      pairs.map(([a, b]) => ((a & 0xffff0000) | (b >>> 16)) >>> 0),
      pairs.map(([a, b]) => ((a << 16) | (b & 0xffff)) >>> 0),
    )
  }
  return blocks
}

function hex(words: ArrayLike<number>): string {
  return Array.from(words, (word) => word.toString(16).padStart(8, '0')).join(' ')
}
