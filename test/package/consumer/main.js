import * as library from 'gumbel-webgpu'
import { compareBackends, drawTokens } from './draw.js'

const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })

window.drawn = drawTokens(library, 'webgpu')
window.drawnInWorker = new Promise((resolve, reject) => {
  worker.addEventListener('message', ({ data }) => resolve(data))
  worker.addEventListener('error', ({ message }) => reject(new Error(message)))
})
// Kernels of longer rows take a software adapter long to compile; Deno has them.
window.compare = () => compareBackends(library, 1)
