import { CALLS, type Inputs, commonOptions, hostInputs } from './calls/calls'

/** What a page gave in which the constants and classes of WebGPU are no globals. */
export interface BareReport {
  /** Globals that were still there. */
  left: string[]
  backends: string[]
  /** Of each call, from host arrays, from buffers, and on the CPU once the device was lost. */
  fromHost: Record<string, object>
  fromBuffers: Record<string, object>
  onCpu: Record<string, object>
  /** What encodeSample wrote. */
  recorded: number[]
  /** How a call of a destroyed buffer was refused. */
  refusal: { name: string; message: string }
}

/** STORAGE | COPY_SRC | COPY_DST, and MAP_READ | COPY_DST */
const [STORAGE, STAGING] = [0x8c, 0x9]
const MAP_READ = 1

/** Removes the globals of WebGPU that Node has not with the package `webgpu`, and DOMException; gives what puts them back. */
function withoutGlobals(): () => void {
  const names = [...Object.getOwnPropertyNames(globalThis).filter((name) => name.startsWith('GPU')), 'DOMException']
  const kept = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)!] as const)
  for (const name of names) Reflect.deleteProperty(globalThis, name)
  return () => {
    for (const [name, descriptor] of kept) Object.defineProperty(globalThis, name, descriptor)
  }
}

/** Imports the library and uses it where these globals are not. */
export async function reportWithoutGlobals(): Promise<BareReport> {
  const restore = withoutGlobals()
  try {
    return await report()
  } finally {
    restore()
  }
}

async function report(): Promise<BareReport> {
  const left = Object.getOwnPropertyNames(globalThis).filter((name) => /^GPU|^DOMException$/.test(name))
  const { createSampler } = await import('gumbel-webgpu')
  const sampler = await createSampler()
  const backends: string[] = [sampler.backend]
  const device = sampler.device!
  const made: GPUBuffer[] = []
  const buffer = (size: number, usage = STORAGE) => {
    made.push(device.createBuffer({ size, usage }))
    return made.at(-1)!
  }
  const upload = (data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>) => {
    const into = buffer(data.byteLength)
    device.queue.writeBuffer(into, 0, data)
    return { buffer: into }
  }
  const all = async (inputs: Inputs) => {
    const results: Record<string, object> = {}
    for (const [name, { own, call }] of Object.entries(CALLS))
      results[name] = await call(sampler, inputs, { ...commonOptions(), ...own(inputs) })
    return results
  }

  const { logits, gradSamples, samples, indices } = hostInputs()
  const fromHost = await all({ logits, gradSamples, samples, indices })
  const inputs = {
    logits: upload(logits),
    gradSamples: upload(gradSamples),
    samples: upload(samples),
    indices: upload(indices),
  }
  const fromBuffers = await all(inputs)

  const ids = buffer(indices.byteLength)
  const staging = buffer(indices.byteLength, STAGING)
  const encoder = device.createCommandEncoder()
  const { tau: _, ...options } = commonOptions()
  sampler.encodeSample(encoder, { ...options, logits: inputs.logits, indices: { buffer: ids } })
  encoder.copyBufferToBuffer(ids, 0, staging, 0, indices.byteLength)
  device.queue.submit([encoder.finish()])
  await staging.mapAsync(MAP_READ)
  const recorded = [...new Int32Array(staging.getMappedRange())]

  const destroyed = buffer(logits.byteLength)
  destroyed.destroy()
  const refused = sampler.sample({ buffer: destroyed }, options)
  const refusal = await refused.then(
    () => ({ name: 'nothing', message: 'it was taken' }),
    ({ name, message }: Error) => ({ name, message }),
  )
  for (const each of made) each.destroy()

  device.destroy()
  const onCpu = await all({ logits, gradSamples, samples, indices })
  backends.push(sampler.backend)
  sampler.destroy()
  return { left, backends, fromHost, fromBuffers, onCpu, recorded, refusal }
}
