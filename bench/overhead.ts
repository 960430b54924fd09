import type { Contender, Phases } from './contender'
import { generateLogits } from './logits'
import { median } from './statistics'

/** What a call costs where there is next to nothing to compute: one row of 64 classes. Milliseconds. */
export interface Overhead {
  contender: string
  /** A call of many that are waited for together. */
  queued: number
  /** A call whose drawn class is waited for and read back. */
  roundTrip?: number
  phases?: Phases
}

const CALLS = 200
const REPEATS = 20

export async function measureOverhead(device: GPUDevice, contenders: Contender[]): Promise<Overhead[]> {
  const [batchSize, numClasses] = [1, 64]
  const host = generateLogits('normal', numClasses)
  const { STORAGE, COPY_DST, COPY_SRC } = GPUBufferUsage
  const buffer = device.createBuffer({ size: host.byteLength, usage: STORAGE | COPY_DST | COPY_SRC })
  device.queue.writeBuffer(buffer, 0, host)
  const overheads: Overhead[] = []
  for (const contender of contenders) {
    if (!contender.operations.includes('sample')) continue
    try {
      const problem = { operation: 'sample', batchSize, numClasses, logits: 'normal', host, buffer } as const
      const prepared = await contender.prepare(problem)
      await prepared.run(CALLS)
      const begin = performance.now()
      await prepared.run(CALLS)
      const overhead: Overhead = { contender: contender.name, queued: (performance.now() - begin) / CALLS }
      if (prepared.draw) {
        const times = await repeated(async (i) => void (await prepared.draw?.(i)))
        overhead.roundTrip = median(times)
      }
      if (prepared.phases) {
        const all: Phases[] = []
        for (let i = 0; i < REPEATS; i++) all.push(await prepared.phases())
        // The mean, as browsers round the clock to up to 1 ms.
        const of = (phase: keyof Phases) => all.reduce((sum, phases) => sum + phases[phase], 0) / REPEATS
        overhead.phases = { encode: of('encode'), submit: of('submit'), map: of('map') }
      }
      overheads.push(overhead)
      prepared.destroy()
    } catch {
      continue // The cases name what a contender cannot do.
    }
  }
  buffer.destroy()
  return overheads
}

async function repeated(call: (i: number) => Promise<void>): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < REPEATS; i++) {
    const begin = performance.now()
    await call(i + 1)
    times.push(performance.now() - begin)
  }
  return times
}
