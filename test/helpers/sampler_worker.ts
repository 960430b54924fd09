/** A worker that makes a call of each kind on the GPU, loses the device, makes them again, and posts what it got. */
import { createSampler } from 'gumbel-webgpu'
import { type Arrays, KINDS, LITTLE, inputsOf } from './kinds'

export interface WorkerReport {
  /** Backends before and after the loss. */
  backends: string[]
  onGpu: Record<string, Arrays>
  onCpu: Record<string, Arrays>
  verified: boolean
}

async function report(): Promise<WorkerReport> {
  const sampler = await createSampler()
  const backends: string[] = [sampler.backend]
  const all = async () => {
    const calls = Object.entries(KINDS).map(async ([name, call]) => [name, await call(sampler, inputsOf(1, LITTLE))])
    return Object.fromEntries(await Promise.all(calls)) as Record<string, Arrays>
  }
  const { ok } = await sampler.verify()
  const onGpu = await all()
  sampler.device?.destroy()
  const onCpu = await all()
  backends.push(sampler.backend)
  sampler.destroy()
  return { backends, onGpu, onCpu, verified: ok }
}

report().then(postMessage, (error: unknown) => postMessage(String(error)))
