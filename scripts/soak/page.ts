/** What the page runs: the global `soak` for the script that drives it. */
import { createSampler } from 'gumbel-webgpu'
import { backendName } from '../../demo/backend_name'
import { countBuffers } from '../../test/helpers/buffer_count'
import { Random } from '../../test/helpers/random'
import { SHAPES, type Shape, type Tools } from './inputs'
import { MIX } from './mix'

/** What is deliberately kept for ever, to see that it is found. */
export type Leak = 'none' | 'buffers' | 'heap'

export interface Soak {
  adapter: string
  /** Makes calls of every kind for one shape after another, so that all kernels are compiled; false when there is none left. */
  warmUp(): Promise<boolean>
  /** Makes calls for about so long. @returns how many there were of each kind, so far */
  run(milliseconds: number): Promise<Record<string, number>>
  /** GPU buffers made less destroyed, when all recordings have run and are known to have. */
  settled(): Promise<{ buffers: number; bytes: number }>
}

/** A call that takes so long hangs: kernels are compiled in seconds, also on a busy machine. */
const PATIENCE_MS = 180_000
/** Calls in flight at once, at most. */
const AT_ONCE = 4
/** Enough for each choice of a call to be made. */
const WARM_UP_TURNS = 6
/** `verify()` takes as long as a hundred other calls. */
const SELDOM = { verify: 50 } as Record<string, number>

async function openSoak(seed: number, leak: Leak): Promise<Soak> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) throw new Error('there is no WebGPU adapter')
  const device = await adapter.requestDevice()
  const count = countBuffers(device)
  let failed: Error | undefined
  device.addEventListener('uncapturederror', ({ error }) => (failed ??= new Error(`uncaptured: ${error.message}`)))
  void device.lost.then(({ message }) => (failed ??= new Error(`the device was lost: ${message}`)))
  const sampler = await createSampler({ device })
  const cpu = await createSampler({ backend: 'cpu' })
  const random = new Random(seed)
  const calls = Object.fromEntries(Object.keys(MIX).map((name) => [name, 0]))
  const kept: unknown[] = []

  async function call(name: string, shape = random.pick<Shape>(SHAPES)): Promise<void> {
    const made: GPUBuffer[] = []
    const buffer = (size: number) => {
      const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage
      const one = device.createBuffer({ label: 'soak', size, usage: STORAGE | COPY_SRC | COPY_DST })
      made.push(one)
      return one
    }
    const tools: Tools = {
      device,
      sampler,
      cpu,
      shape,
      buffer,
      // Of its own: calls at once must not change each other's inputs.
      random: new Random(random.word()),
      upload(data) {
        const one = buffer(data.byteLength)
        device.queue.writeBuffer(one, 0, data)
        return one
      },
      read: (source) => read(device, source),
    }
    await settledInTime(MIX[name](tools), name)
    calls[name]++
    if (leak === 'heap') kept.push(Array.from({ length: 100 }, (_, i) => ({ i })))
    const [first, ...others] = made
    if (leak !== 'buffers') first?.destroy()
    for (const one of others) one.destroy()
  }

  /** Each kind of call as often as it may be, in another order each time. */
  const names = Object.keys(MIX)
  const cold = [...SHAPES]
  const next = () => {
    const name = random.pick(names)
    return random.whole(1, SELDOM[name] ?? 1) === 1 ? name : 'sample'
  }

  return {
    adapter: backendName(sampler),
    async warmUp() {
      const shape = cold.shift()
      if (!shape) return false
      for (let turn = 0; turn < WARM_UP_TURNS; turn++) for (const name of names) await call(name, shape)
      return true
    },
    async run(milliseconds) {
      for (const end = performance.now() + milliseconds; performance.now() < end;) {
        await Promise.all(Array.from({ length: random.whole(1, AT_ONCE) }, () => call(next())))
        if (failed) throw failed
      }
      return { ...calls }
    },
    async settled() {
      // Recordings without parameters of rows push those that have them out of the pages that are in use.
      const logits = device.createBuffer({ size: 4, usage: GPUBufferUsage.STORAGE })
      const indices = device.createBuffer({ size: 4, usage: GPUBufferUsage.STORAGE })
      for (let i = 0; i < 2000; i++) {
        const encoder = device.createCommandEncoder()
        const options = { batchSize: 1, numClasses: 1, seed: 1, step: i }
        sampler.encodeSample(encoder, { ...options, logits: { buffer: logits }, indices: { buffer: indices } })
        device.queue.submit([encoder.finish()])
        if (i % 100 === 99) await sampler.noise('bits', { batchSize: 1, numClasses: 1, seed: 1 })
      }
      for (const buffer of [logits, indices]) buffer.destroy()
      return { buffers: count.buffers, bytes: count.bytes }
    },
  }
}

/** @throws Error where the promise does not settle in PATIENCE_MS */
async function settledInTime(promise: Promise<void>, name: string): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    const tooLate = () => reject(new Error(`${name} has not settled in ${PATIENCE_MS / 1000} s`))
    timer = setTimeout(tooLate, PATIENCE_MS)
  })
  try {
    await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

async function read(device: GPUDevice, source: GPUBuffer): Promise<ArrayBuffer> {
  const { MAP_READ, COPY_DST } = GPUBufferUsage
  const staging = device.createBuffer({ label: 'soak staging', size: source.size, usage: MAP_READ | COPY_DST })
  const encoder = device.createCommandEncoder()
  encoder.copyBufferToBuffer(source, 0, staging, 0, source.size)
  device.queue.submit([encoder.finish()])
  await staging.mapAsync(GPUMapMode.READ)
  const copy = staging.getMappedRange().slice(0)
  staging.destroy()
  return copy
}

Object.assign(globalThis, { openSoak })
