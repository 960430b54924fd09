import type { SampleCallOptions, SampleResult } from 'gumbel-webgpu'
import { counted, grouped } from '../../numbers'
import type { Check, Tools } from '../check'
import { LOGITS_KINDS, logitsOf } from '../logits'

/** Rows whose candidates fit a list, and rows whose do not. */
const SHAPES = [
  { batchSize: 24, numClasses: 300 },
  { batchSize: 12, numClasses: 5003 },
  { batchSize: 4, numClasses: 50_257 },
] as const
const CASES = SHAPES.flatMap((shape) => LOGITS_KINDS.map((kind) => ({ shape, kind })))

/** What ends the classes that a row keeps: how many, and the lowest logit and its last class. */
const ENDS = ['keptCounts', 'keptLogits', 'keptClasses'] as const

export const kept: Check = {
  id: 'kept',
  title: 'Kept classes, bit for bit',
  about:
    'What top-k, top-p and min-p keep, from 1 class to all, filters and temperatures of each row: on the device and on the CPU backend. How many are kept, the last of them, and the tokens that are drawn must be equal.',
  figures: ['Rows', 'Classes kept', 'Different'],
  weight: () => 6,
  async run(tools) {
    const tally = { rows: 0, kept: 0, different: 0, first: '' }
    for (const [i, { shape, kind }] of CASES.entries()) {
      await tools.progress(i / CASES.length)
      const options = optionsOf(shape, i)
      const [there, here] = await drawn(tools, logitsOf(kind, shape.batchSize, shape.numClasses, i), options)
      tally.rows += shape.batchSize
      for (let row = 0; row < shape.batchSize; row++) {
        tally.kept += here.keptCounts![row]
        const differs = [...ENDS, 'indices' as const].find((name) => there[name]![row] !== here[name]![row])
        if (!differs) continue
        tally.different++
        tally.first ||= `The first: ${differs} of row ${row}, ${kind} logits [${shape.batchSize}, ${shape.numClasses}]: ${there[differs]![row]} here, ${here[differs]![row]} on the CPU.`
      }
    }
    const { rows, different, first } = tally
    const good = different === 0
    return {
      good,
      verdict: good
        ? `All ${grouped(rows)} rows keep what they keep on the CPU.`
        : `${counted(different, 'row differs', 'rows differ')} from the CPU’s. ${first}`,
      figures: { Rows: grouped(rows), 'Classes kept': grouped(tally.kept), Different: grouped(different) },
      data: tally,
    }
  },
}

function optionsOf(shape: (typeof SHAPES)[number], i: number) {
  const perRow = (values: readonly number[], by: number) =>
    Array.from({ length: shape.batchSize }, (_, row) => values[(row * by + i) % values.length])
  return {
    ...shape,
    seed: BigInt(i),
    step: i,
    temperature: perRow([0.7, 1, 2], 1),
    topK: perRow([0, 1, 50, 0, 256, 1000], 1),
    topP: perRow([1, 0.9, 0.5, 0.999, 1e-6], 1),
    minP: perRow([0, 0, 0.05, 0, 1e-4, 0, 0], 1),
    kept: true,
  } satisfies SampleCallOptions
}

function drawn(
  { sampler, cpu }: Tools,
  logits: Float32Array,
  options: SampleCallOptions,
): Promise<[SampleResult, SampleResult]> {
  return Promise.all([sampler.sample(logits, options), cpu.sample(logits, options)])
}
