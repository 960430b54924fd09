import type { GumbelSoftmaxCallOptions } from 'gumbel-webgpu'
import { counted, grouped } from '../../numbers'
import type { Check, Tools } from '../check'
import { LOGITS_KINDS, type LogitsKind, logitsOf } from '../logits'

/** Short rows, rows for many lanes, rows that are split; some drawn from more than once. */
const SHAPES = [
  { batchSize: 300, numClasses: 10, numSamples: 2, tail: 'standard' },
  { batchSize: 32, numClasses: 1000, numSamples: 1, tail: 'extended' },
  { batchSize: 6, numClasses: 4099, numSamples: 2, tail: 'standard' },
  { batchSize: 2, numClasses: 50_257, numSamples: 1, tail: 'standard' },
  { batchSize: 1, numClasses: 262_144, numSamples: 1, tail: 'extended' },
] as const
/** Relaxed samples are read back whole, so only the shorter rows are. */
const MOST_SOFT_CLASSES = 5000

const CASES = SHAPES.flatMap((shape) => LOGITS_KINDS.map((kind) => ({ shape, kind })))

interface Tally {
  tokens: number
  softTokens: number
  different: number
  /** The largest difference of a relaxed sample, which is computed with the builtins. */
  farthest: number
  first: string
}

/** Relaxed samples may differ so far. */
const MOST_SOFT_DIFFERENCE = 4e-6

export const tokens: Check = {
  id: 'tokens',
  title: 'Tokens, bit for bit',
  about:
    'Draws of the device and of the CPU backend, which runs in a worker: logits of four kinds, rows from 10 to 262,144 classes, temperatures and seeds of each row, by Gumbel-max and by Gumbel-softmax. Indices and scores must be equal in every bit.',
  figures: ['Tokens', 'Soft tokens', 'Different', 'Soft samples apart, at most'],
  weight: () => 8,
  async run(tools) {
    const tally: Tally = { tokens: 0, softTokens: 0, different: 0, farthest: 0, first: '' }
    for (const [i, { shape, kind }] of CASES.entries()) {
      await tools.progress(i / CASES.length)
      await compare(tools, shape, kind, i, tally)
    }
    const { tokens, softTokens, different, farthest, first } = tally
    const good = different === 0 && farthest <= MOST_SOFT_DIFFERENCE
    return {
      good,
      verdict: good
        ? `All ${grouped(tokens + softTokens)} tokens are the CPU’s.`
        : different > 0
          ? `${counted(different, 'token differs', 'tokens differ')} from the CPU’s. ${first}`
          : `All tokens are the CPU’s, but soft samples differ by ${farthest.toExponential(1)}.`,
      figures: {
        Tokens: grouped(tokens),
        'Soft tokens': grouped(softTokens),
        Different: grouped(different),
        'Soft samples apart, at most': farthest.toExponential(1).replace('-', '−'),
      },
      data: tally,
    }
  },
}

async function compare(
  { sampler, cpu }: Tools,
  shape: (typeof SHAPES)[number],
  kind: LogitsKind,
  i: number,
  tally: Tally,
): Promise<void> {
  const { batchSize, numClasses } = shape
  const logits = logitsOf(kind, batchSize, numClasses, i)
  const perRow = <T>(value: (row: number) => T) => Array.from({ length: batchSize }, (_, row) => value(row))
  const options = {
    ...shape,
    seed: i % 2 === 0 ? (0x9e3779b97f4a7c15n * BigInt(i)) % 2n ** 64n : perRow((row) => BigInt(row) << 20n),
    temperature: i % 3 === 0 ? 0.8 : perRow((row) => [0, 0.05, 0.7, 1, 2][row % 5]),
    step: i,
  }
  const note = (what: string, row: number, there: number, here: number) => {
    tally.different++
    tally.first ||= `The first: ${what}, ${kind} logits [${batchSize}, ${numClasses}], draw ${row}: ${there} here, ${here} on the CPU.`
  }

  const asked = { ...options, scores: true }
  const [there, here] = await Promise.all([sampler.sample(logits, asked), cpu.sample(logits, asked)])
  tally.tokens += here.indices.length
  here.indices.forEach((index, row) => {
    if (there.indices[row] !== index) note('Gumbel-max', row, there.indices[row], index)
    else if (there.scores![row] !== here.scores![row]) note('a score', row, there.scores![row], here.scores![row])
  })

  if (numClasses > MOST_SOFT_CLASSES) return
  const relaxed: GumbelSoftmaxCallOptions = { ...options, tau: 0.5 }
  const [soft, expected] = await Promise.all([
    sampler.gumbelSoftmax(logits, relaxed),
    cpu.gumbelSoftmax(logits, relaxed),
  ])
  tally.softTokens += expected.indices.length
  expected.indices.forEach((index, row) => {
    if (soft.indices[row] !== index) note('Gumbel-softmax', row, soft.indices[row], index)
  })
  expected.samples.forEach((y, at) => {
    // So that NaN is as far as can be.
    if (!(Math.abs(soft.samples[at] - y) <= tally.farthest)) tally.farthest = Math.abs(soft.samples[at] - y)
  })
}
