/**
 * A page that Vite serves and builds, without a line of configuration. Its draws are made in a module worker, so that the page stays free
 * where the CPU has to draw. Other bundlers know the same `new Worker(new URL(…))`.
 */
import type { Drawn, Request } from './worker'

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })

/** Draws in the worker, one request at a time. */
function drawInWorker(request: Request): Promise<Drawn> {
  return new Promise((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<Drawn>) => resolve(data), { once: true })
    worker.addEventListener('error', ({ message }) => reject(new Error(message)), { once: true })
    worker.postMessage(request, [request.logits.buffer])
  })
}

const logits = new Float32Array([0, 1, 2, 3, 2, 1]) // two rows of three classes
const { backend, indices } = await drawInWorker({ logits, numClasses: 3, temperature: 0.8, seed: 42n, step: 0 })
document.querySelector('output')!.value = [backend, ...indices].join(' ')
