/** A device with everything that the adapter has, so that no contender lacks a feature or a limit. */
export async function requestDevice(): Promise<GPUDevice> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) throw new Error('this browser has no WebGPU adapter')
  const limits: Record<string, number> = {}
  for (const name in adapter.limits) {
    const value = adapter.limits[name as keyof GPUSupportedLimits]
    // Subgroup sizes are listed among the limits but cannot be asked for.
    if (typeof value === 'number' && !name.includes('ubgroup')) limits[name] = value
  }
  return adapter.requestDevice({
    requiredFeatures: [...adapter.features].filter((name) => WANTED.includes(name)) as GPUFeatureName[],
    requiredLimits: limits,
  })
}

const WANTED = ['subgroups', 'timestamp-query', 'shader-f16']

const isFirefox = navigator.userAgent.includes('Firefox')

/** Resolves when everything submitted so far is done. */
export async function finished({ queue }: GPUDevice): Promise<void> {
  const done = queue.onSubmittedWorkDone()
  // Firefox looks for finished work on a timer of 100 ms, and at every submit.
  if (isFirefox) {
    let settled = false
    const settle = () => (settled = true)
    done.then(settle, settle)
    while (!settled) {
      queue.submit([])
      await yieldTask()
    }
  }
  await done
}

/** Lets other tasks run; a timer would wait at least 4 ms. */
function yieldTask(): Promise<void> {
  const { port1, port2 } = new MessageChannel()
  return new Promise((resolve) => {
    port1.addEventListener('message', () => resolve(), { once: true })
    port1.start()
    port2.postMessage(0)
  })
}

/** 32-bit words of a buffer with usage COPY_SRC. */
export async function readWords(device: GPUDevice, buffer: GPUBuffer, words: number): Promise<Int32Array> {
  const size = 4 * words
  const readable = device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ })
  const encoder = device.createCommandEncoder()
  encoder.copyBufferToBuffer(buffer, 0, readable, 0, size)
  device.queue.submit([encoder.finish()])
  const mapped = readable.mapAsync(GPUMapMode.READ)
  // Firefox answers both at the same look, which only `finished` hastens.
  await finished(device)
  await mapped
  const result = new Int32Array(readable.getMappedRange().slice(0))
  readable.destroy()
  return result
}
