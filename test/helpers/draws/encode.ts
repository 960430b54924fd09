import type { BufferLogits, HostValues, InvalidReason } from 'gumbel-webgpu'
import type { TestGpu } from '../gpu'
import type { DrawCase, HostHalves } from './cases'
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
  const { batchSize, numClasses, numSamples = 1, gradTau, gradTemperature, ...others } = options
  const { scores, logProbs, topLogProbs = 0, kept, bias, bitmask, penalties, logSamples, ...settings } = others
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
    const listed = { length: batchSize * topLogProbs }
    const outputs: Output[] = [
      indices,
      ...asked,
      ...(scores ? [{ name: 'scores', length: draws }] : []),
      ...(topLogProbs > 0
        ? [
            { name: 'topIndices', ...listed, whole: true },
            { name: 'topLogProbs', ...listed },
          ]
        : []),
      ...(kept
        ? [
            { name: 'keptCounts', length: batchSize, whole: true },
            { name: 'keptLogits', length: batchSize },
            { name: 'keptClasses', length: batchSize, whole: true },
          ]
        : []),
    ]
    const rows = (view: object | undefined) => view && 'data' in view && place(gpu, view as HostValues)
    const tokens = penalties && { buffer: gpu.upload(penalties.tokens as Int32Array<ArrayBuffer>) }
    const length = (penalties?.tokens as Int32Array | undefined)?.length ?? 0
    const adjustments = {
      ...(bias ? { bias: rows(bias) as BufferLogits } : {}),
      ...(bitmask ? { bitmask: rows(bitmask) as BufferLogits } : {}),
      ...(penalties ? { penalties: { ...penalties, tokens: { ...tokens!, length: length / batchSize } } } : {}),
    }
    return submitted(outputs, draws, (views) =>
      gpu.sampler.encodeSample(encoder, {
        ...shape,
        ...adjustments,
        logits,
        ...views,
        ...(logProbs ? { logProbs: { ...views.logProbs, of: logProbs === 'raw' ? 'raw' : 'drawn' } } : {}),
        topLogProbs: topLogProbs > 0 ? { ...views.topLogProbs, count: topLogProbs } : undefined,
      }),
    )
  }
  if (drawCase.operation === 'gumbelSoftmax') {
    const outputs = [{ name: logSamples ? 'logSamples' : 'samples', length: draws * numClasses }, indices, ...asked]
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
    gpu.sampler.encodeGumbelSoftmaxBackward(encoder, { ...shape, ...inputs, ...views, logSamples }),
  )
}

/** Views of buffers of so many 32-bit words, by name. */
type Views = Record<
  'indices' | 'logProbs' | 'topLogProbs' | 'samples' | 'posteriorNoise' | 'gradLogits' | 'statuses',
  { buffer: GPUBuffer }
>

/** The same rows in a GPU buffer. */
export function place(gpu: TestGpu, { data, ...places }: HostValues | HostHalves): BufferLogits {
  if (!(data instanceof Uint16Array)) return { buffer: gpu.upload(data as Float32Array<ArrayBuffer>), ...places }
  // Buffers have whole words.
  const padded = Uint16Array.from({ length: 2 * Math.ceil(data.length / 2) }, (_, i) => data[i] ?? 0)
  return { buffer: gpu.upload(new Uint32Array(padded.buffer)), ...places }
}
