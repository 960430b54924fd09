import type { BufferLogits, HostValues, InvalidReason } from 'gumbel-webgpu'
import type { TestGpu } from '../gpu'
import type { DrawCase } from './cases'
import { type Results, textOf } from './run'

/** Reasons by their status word. */
const REASONS: (InvalidReason | undefined)[] = [undefined, 'nan', 'positive-infinity', 'all-masked', 'given-masked']

/** Where a result goes: its name in the table, its length, and whether it is whole numbers. */
interface Output {
  name: string
  length: number
  whole?: boolean
}

/**
 * Makes the encode form of a case, with statuses, in an encoder of its own, and gives what it wrote; undefined for operations
 * that have none. Invalid rows are those whose status says so.
 */
export async function encoded(gpu: TestGpu, drawCase: DrawCase): Promise<Results | undefined> {
  if (drawCase.operation === 'noise' || drawCase.operation === 'concreteLogProb') return undefined
  const { options } = drawCase
  const { batchSize, numClasses, numSamples = 1, gradTau, gradTemperature, scores, logProbs, ...settings } = options
  const shape = { batchSize, numClasses, numSamples, ...settings }
  const draws = batchSize * numSamples
  const indices = { name: 'indices', length: draws, whole: true }
  const asked = logProbs ? [{ name: 'logProbs', length: draws }] : []
  const logits = place(gpu, drawCase.logits)
  const encoder = gpu.device.createCommandEncoder()
  const submitted = async (outputs: Output[], statusCount: number, encode: (views: Views) => void) => {
    const statuses = gpu.buffer(4 * statusCount)
    const views = Object.fromEntries(outputs.map(({ name, length }) => [name, { buffer: gpu.buffer(4 * length) }]))
    encode({ ...views, statuses: { buffer: statuses } } as Views)
    gpu.device.queue.submit([encoder.finish()])
    const results: Results = {}
    for (const { name, whole } of outputs)
      results[name] = new (whole ? Int32Array : Float32Array)(await gpu.read(views[name].buffer))
    const words = [...new Uint32Array(await gpu.read(statuses))]
    const rows = words.flatMap((word, i) => {
      const [row, reason] = [Math.floor((i * batchSize) / statusCount), REASONS[word]]
      return reason ? [{ row, reason }] : []
    })
    results.invalidRows = textOf(rows.filter(({ row }, i) => i === 0 || rows[i - 1].row !== row))
    return results
  }

  if (drawCase.operation === 'sample') {
    const outputs = [indices, ...asked, ...(scores ? [{ name: 'scores', length: draws }] : [])]
    return submitted(outputs, draws, (views) => gpu.sampler.encodeSample(encoder, { ...shape, logits, ...views }))
  }
  if (drawCase.operation === 'gumbelSoftmax') {
    const outputs = [{ name: 'samples', length: draws * numClasses }, indices, ...asked]
    return submitted(outputs, draws, (views) =>
      gpu.sampler.encodeGumbelSoftmax(encoder, { ...shape, logits, ...views }),
    )
  }
  if (drawCase.operation === 'gumbelGivenIndex') {
    const given = { buffer: gpu.upload(drawCase.indices) }
    return submitted([{ name: 'posteriorNoise', length: draws * numClasses }], draws, ({ posteriorNoise, statuses }) =>
      gpu.sampler.encodeGumbelGivenIndex(encoder, {
        ...shape,
        logits,
        indices: given,
        noise: posteriorNoise,
        statuses,
      }),
    )
  }
  const inputs = {
    logits,
    gradSamples: place(gpu, drawCase.gradSamples),
    ...(drawCase.samples ? { samples: place(gpu, drawCase.samples) } : {}),
  }
  const outputs = [
    { name: 'gradLogits', length: batchSize * numClasses },
    ...(gradTau ? [{ name: 'gradTau', length: batchSize }] : []),
    ...(gradTemperature ? [{ name: 'gradTemperature', length: batchSize }] : []),
  ]
  return submitted(outputs, batchSize, (views) =>
    gpu.sampler.encodeGumbelSoftmaxBackward(encoder, { ...shape, ...inputs, ...views }),
  )
}

/** Views of buffers of so many 32-bit words, by name. */
type Views = Record<'indices' | 'samples' | 'posteriorNoise' | 'gradLogits' | 'statuses', { buffer: GPUBuffer }>

/** The same rows in a GPU buffer. */
export function place(gpu: TestGpu, { data, ...places }: HostValues): BufferLogits {
  return { buffer: gpu.upload(data as Float32Array<ArrayBuffer>), ...places }
}
