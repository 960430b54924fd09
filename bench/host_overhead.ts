import { type Logits, createSampler } from 'gumbel-webgpu'
// As the library waits: what is measured is all that it does beside.
import { settledByQueue } from '../src/gpu/nudge'
import { generateLogits } from './logits'
import { median } from './statistics'

/** What a call that is read back takes beyond an empty pass that is submitted and mapped, where there is next to nothing to compute. */
export interface HostOverhead {
  /** Where the logits are. */
  logits: 'host memory' | 'GPU buffer'
  /** Milliseconds of the empty pass. */
  emptyPass: number
  /** Milliseconds more than that: with one dispatch of one workgroup. */
  dispatch: number
  /** With that dispatch inside three error scopes. */
  errorScopes: number
  /** With a draw that encodeSample() records in its place, from a GPU buffer. */
  recorded: number
  /** This library's sample(). */
  own: number
}

const NUM_CLASSES = 64
/** Calls one after another, timed together as browsers round the clock to up to 1 ms. */
const CALLS = 20
const TURNS = 25

/** Calls of each kind in turns: medians over the turns of the differences. */
export async function measureHostOverhead(device: GPUDevice): Promise<HostOverhead[]> {
  const host = generateLogits('normal', NUM_CLASSES)
  const { STORAGE, COPY_DST } = GPUBufferUsage
  const buffer = device.createBuffer({ size: host.byteLength, usage: STORAGE | COPY_DST })
  device.queue.writeBuffer(buffer, 0, host)
  const sampler = await createSampler({ device })
  const empty = await EmptyPass.make(device)
  let step = 0
  const options = { batchSize: 1, numClasses: NUM_CLASSES, seed: 1 }
  const record = (encoder: GPUCommandEncoder, word: GPUBuffer) =>
    sampler.encodeSample(encoder, { ...options, step: step++, logits: { buffer }, indices: { buffer: word } })
  const own = (logits: Logits) => () => sampler.sample(logits, { ...options, step: step++ })
  const calls: (() => Promise<unknown>)[] = [
    () => empty.call(),
    () => empty.call(empty.dispatch),
    () => scoped(device, () => empty.call(empty.dispatch)),
    () => empty.call(record),
    own(host),
    own({ buffer }),
  ]
  try {
    for (const call of calls) await timed(call)
    const beyond: number[][] = calls.map(() => [])
    for (let turn = 0; turn < TURNS; turn++) {
      const times: number[] = []
      // Each turn begins with another, so that none always follows the same one.
      for (let i = 0; i < calls.length; i++) {
        const at = (i + turn) % calls.length
        times[at] = await timed(calls[at])
      }
      times.forEach((time, i) => beyond[i].push(i === 0 ? time : time - times[0]))
    }
    const [emptyPass, dispatch, errorScopes, recorded, ownHost, ownBuffer] = beyond.map(median)
    const without = { emptyPass, dispatch, errorScopes, recorded }
    return [
      { logits: 'host memory', ...without, own: ownHost },
      { logits: 'GPU buffer', ...without, own: ownBuffer },
    ]
  } finally {
    sampler.destroy()
    empty.destroy()
    buffer.destroy()
  }
}

async function timed(call: () => Promise<unknown>): Promise<number> {
  const begin = performance.now()
  for (let i = 0; i < CALLS; i++) await call()
  return (performance.now() - begin) / CALLS
}

/** The scopes that tell a caller what the device had against a call. */
async function scoped(device: GPUDevice, call: () => Promise<void>): Promise<void> {
  const filters: GPUErrorFilter[] = ['internal', 'out-of-memory', 'validation']
  for (const filter of filters) device.pushErrorScope(filter)
  const called = call()
  await Promise.all([called, ...filters.map(() => device.popErrorScope())])
}

/** The least that reads anything back: a pass, a copy of a word to a buffer that is mapped, one submit. */
class EmptyPass {
  #device: GPUDevice
  #pipeline: GPUComputePipeline
  #bindGroup: GPUBindGroup
  #word: GPUBuffer
  #readable: GPUBuffer

  static async make(device: GPUDevice): Promise<EmptyPass> {
    const code = `@group(0) @binding(0) var<storage, read_write> word: u32;
      @compute @workgroup_size(64) fn main() { word = 1u; }`
    const module = device.createShaderModule({ code })
    return new EmptyPass(device, await device.createComputePipelineAsync({ layout: 'auto', compute: { module } }))
  }

  private constructor(device: GPUDevice, pipeline: GPUComputePipeline) {
    const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage
    this.#device = device
    this.#pipeline = pipeline
    this.#word = device.createBuffer({ size: 4, usage: STORAGE | COPY_SRC })
    this.#readable = device.createBuffer({ size: 4, usage: COPY_DST | MAP_READ })
    this.#bindGroup = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer: this.#word } }],
    })
  }

  /** Records one dispatch of one workgroup. */
  dispatch = (encoder: GPUCommandEncoder): void => {
    const pass = encoder.beginComputePass()
    pass.setPipeline(this.#pipeline)
    pass.setBindGroup(0, this.#bindGroup)
    pass.dispatchWorkgroups(1)
    pass.end()
  }

  /** @param record what is recorded instead of an empty pass; it may write the word */
  async call(record?: (encoder: GPUCommandEncoder, word: GPUBuffer) => void): Promise<void> {
    const encoder = this.#device.createCommandEncoder()
    if (record) record(encoder, this.#word)
    else encoder.beginComputePass().end()
    encoder.copyBufferToBuffer(this.#word, 0, this.#readable, 0, 4)
    this.#device.queue.submit([encoder.finish()])
    await settledByQueue(this.#device.queue, this.#readable.mapAsync(GPUMapMode.READ))
    this.#readable.getMappedRange().slice(0)
    this.#readable.unmap()
  }

  destroy(): void {
    this.#word.destroy()
    this.#readable.destroy()
  }
}
