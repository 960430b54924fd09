import { finished, readWords } from '../../../bench/device'
import { grouped } from '../../numbers'
import type { Check, Tools } from '../check'
import { logitsOf } from '../logits'

/** What a language model gives in a step: a batch of texts, and one. */
const SHAPES = [
  { batchSize: 64, numClasses: 32_768 },
  { batchSize: 1, numClasses: 131_072 },
]
const ROUNDS = 5
const ROUND_MS = 150
const MOST_CALLS = 256

interface Timed {
  batchSize: number
  numClasses: number
  /** Milliseconds a call, medians. */
  sampleMs: number
  copyMs: number
  /** Tokens of the last call that are the CPU's. */
  equal: number
}

export const timing: Check = {
  id: 'timing',
  title: 'Time',
  about:
    'Draws from logits that stay on the GPU, recorded many at once, beside plain copies of the same logits: what reading and writing them costs. Other pages of the browser slow both down. The last draws are compared with the CPU’s.',
  figures: SHAPES.flatMap(titlesOf),
  weight: () => 6,
  async run(tools) {
    const timed: Timed[] = []
    for (const [i, shape] of SHAPES.entries())
      timed.push(await time(tools, shape, (share) => (i + share) / SHAPES.length))
    const wrong = timed.reduce((sum, { batchSize, equal }) => sum + batchSize - equal, 0)
    const [batch] = timed
    const ratio = batch.sampleMs / batch.copyMs
    // Each byte is read and written.
    const rate = (8 * batch.batchSize * batch.numClasses) / batch.copyMs / 1e6
    return {
      good: wrong === 0,
      verdict:
        wrong > 0
          ? `${grouped(wrong)} of the timed draws are not the CPU’s.`
          : `A batch of ${batch.batchSize} tokens takes ${digits(batch.sampleMs)} ms, ${digits(ratio)} times what copying its logits does, at ${digits(rate)} GB/s.`,
      figures: Object.fromEntries(timed.flatMap(figuresOf)),
      data: { timed },
    }
  },
}

function titlesOf({ batchSize, numClasses }: (typeof SHAPES)[number]): string[] {
  const shape = `${grouped(batchSize)} × ${grouped(numClasses)}`
  return ['tokens/s', 'ns a logit', 'ns, copied'].map((figure) => `${shape}: ${figure}`)
}

function figuresOf(timed: Timed): [string, string][] {
  const { batchSize, numClasses, sampleMs, copyMs } = timed
  const nanoseconds = [sampleMs, copyMs].map((ms) => digits((1e6 * ms) / (batchSize * numClasses)))
  const tokens = grouped(Number(((1000 * batchSize) / sampleMs).toPrecision(3)))
  return titlesOf(timed).map((title, i) => [title, [tokens, ...nanoseconds][i]])
}

function digits(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString('en', { maximumFractionDigits: 6 })
}

async function time(
  { device, sampler, cpu, progress }: Tools,
  { batchSize, numClasses }: (typeof SHAPES)[number],
  shareOf: (share: number) => number,
): Promise<Timed> {
  const logits = logitsOf('peaked', batchSize, numClasses, 9)
  const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage
  const buffers = [logits.byteLength, logits.byteLength, 4 * batchSize].map((size) =>
    device.createBuffer({ label: 'timing', size, usage: STORAGE | COPY_SRC | COPY_DST }),
  )
  const [source, target, indices] = buffers
  try {
    device.queue.writeBuffer(source, 0, logits as Float32Array<ArrayBuffer>)
    let step = 0
    const options = { batchSize, numClasses, temperature: 0.8, seed: 11 }
    const sample = (encoder: GPUCommandEncoder) =>
      sampler.encodeSample(encoder, {
        ...options,
        step: step++,
        logits: { buffer: source },
        indices: { buffer: indices },
      })
    const copy = (encoder: GPUCommandEncoder) => encoder.copyBufferToBuffer(source, 0, target, 0, source.size)
    const contenders = [sample, copy].map((record) => ({ record, calls: 1, ms: [] as number[] }))
    for (const contender of contenders) {
      await progress(shareOf(0))
      contender.calls = await callsOf(device, contender.record)
    }
    for (let round = 0; round < ROUNDS; round++) {
      await progress(shareOf((round + 1) / (ROUNDS + 1)))
      for (const { record, calls, ms } of contenders) ms.push(await run(device, record, calls))
    }
    const drawn = await readWords(device, indices, batchSize)
    const expected = await cpu.sample(logits, { ...options, step: step - 1 })
    const [sampleMs, copyMs] = contenders.map(({ ms }) => median(ms))
    const equal = expected.indices.filter((index, row) => index === drawn[row]).length
    return { batchSize, numClasses, sampleMs, copyMs, equal }
  } finally {
    for (const buffer of buffers) buffer.destroy()
  }
}

/** Milliseconds a call, of so many in one encoder. */
async function run(device: GPUDevice, record: (encoder: GPUCommandEncoder) => void, calls: number): Promise<number> {
  const begin = performance.now()
  const encoder = device.createCommandEncoder({ label: 'timing' })
  for (let call = 0; call < calls; call++) record(encoder)
  device.queue.submit([encoder.finish()])
  await finished(device)
  return (performance.now() - begin) / calls
}

/** Warms up, and finds how many calls make a round. */
async function callsOf(device: GPUDevice, record: (encoder: GPUCommandEncoder) => void): Promise<number> {
  await run(device, record, 1)
  let calls = 1
  for (;;) {
    const each = await run(device, record, calls)
    if (each * calls > ROUND_MS / 4 || calls === MOST_CALLS)
      return Math.max(1, Math.min(MOST_CALLS, Math.round(ROUND_MS / each)))
    calls = Math.min(MOST_CALLS, 4 * calls)
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]
}
