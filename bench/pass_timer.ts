/** Passes that one query set can time, two timestamps each. */
const MAX_PASSES = 2048

/**
 * Times every compute pass on a device, whoever begins it: the library, a peer, or a kernel of ours.
 *
 * The time of a measurement is the union of its passes' intervals, so passes that overlap count once and the time
 * between them not at all. Browsers may round timestamps to 0.1 ms; in the union of passes that follow one another
 * the roundings cancel.
 */
export class PassTimer {
  #device: GPUDevice
  #querySet: GPUQuerySet
  #resolved: GPUBuffer
  #readable: GPUBuffer
  #passes = 0
  #active = false

  /** The timer of a device that has timestamps. */
  static of(device: GPUDevice): PassTimer | undefined {
    if (!device.features.has('timestamp-query')) return undefined
    let timer = timers.get(device)
    if (!timer) timers.set(device, (timer = new PassTimer(device)))
    return timer
  }

  private constructor(device: GPUDevice) {
    this.#device = device
    this.#querySet = device.createQuerySet({ type: 'timestamp', count: 2 * MAX_PASSES })
    const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage
    const size = 16 * MAX_PASSES
    this.#resolved = device.createBuffer({ size, usage: QUERY_RESOLVE | COPY_SRC })
    this.#readable = device.createBuffer({ size, usage: COPY_DST | MAP_READ })
    const createCommandEncoder = device.createCommandEncoder.bind(device)
    device.createCommandEncoder = (descriptor) => {
      const encoder = createCommandEncoder(descriptor)
      const beginComputePass = encoder.beginComputePass.bind(encoder)
      encoder.beginComputePass = (pass = {}) => beginComputePass({ ...pass, ...this.#nextPass() })
      return encoder
    }
  }

  start(): void {
    this.#active = true
    this.#passes = 0
  }

  /** Milliseconds in which the GPU was busy with passes begun since `start`; undefined where there were too many. */
  async stop(): Promise<number | undefined> {
    this.#active = false
    const passes = this.#passes
    if (passes === 0 || passes > MAX_PASSES) return undefined
    const bytes = 16 * passes
    const encoder = this.#device.createCommandEncoder()
    encoder.resolveQuerySet(this.#querySet, 0, 2 * passes, this.#resolved, 0)
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#readable, 0, bytes)
    this.#device.queue.submit([encoder.finish()])
    await this.#readable.mapAsync(GPUMapMode.READ, 0, bytes)
    const times = new BigUint64Array(this.#readable.getMappedRange(0, bytes).slice(0))
    this.#readable.unmap()
    return busy(times)
  }

  #nextPass(): GPUComputePassDescriptor {
    if (!this.#active) return {}
    const pass = this.#passes++
    if (pass >= MAX_PASSES) return {}
    return {
      timestampWrites: {
        querySet: this.#querySet,
        beginningOfPassWriteIndex: 2 * pass,
        endOfPassWriteIndex: 2 * pass + 1,
      },
    }
  }
}

const timers = new WeakMap<GPUDevice, PassTimer>()

/** The length of the union of intervals [begin, end, begin, end, …] in nanoseconds, as milliseconds. */
function busy(times: BigUint64Array): number {
  const intervals: [bigint, bigint][] = []
  for (let i = 0; i < times.length; i += 2) intervals.push([times[i], times[i + 1]])
  intervals.sort(([a], [b]) => Number(a - b))
  let total = 0n
  let last = 0n
  for (const [begin, end] of intervals) {
    const from = begin > last ? begin : last
    if (end <= from) continue
    total += end - from
    last = end
  }
  return Number(total) / 1e6
}
