import type { Sampler } from 'gumbel-webgpu'

/** What may be asked of the worker. */
type Method = 'sample' | 'gumbelSoftmax'

export interface Question {
  id: number
  method: Method
  args: unknown[]
}

export interface Answer {
  id: number
  result?: unknown
  error?: string
}

interface Waiting {
  resolve(result: unknown): void
  reject(reason: unknown): void
}

/** The CPU backend in a worker, so that the page stays alive beside it. */
export class Cpu implements Pick<Sampler, Method> {
  #worker = new Worker(new URL('./cpu_worker.ts', import.meta.url), { type: 'module' })
  #waiting = new Map<number, Waiting>()
  #next = 0

  constructor() {
    this.#worker.addEventListener('message', ({ data: { id, result, error } }: MessageEvent<Answer>) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error === undefined) waiting?.resolve(result)
      else waiting?.reject(new Error(`the CPU backend: ${error}`))
    })
    this.#worker.addEventListener('error', ({ message }) => this.end(new Error(`the worker failed: ${message}`)))
  }

  sample: Sampler['sample'] = (...args) => this.#ask('sample', args)
  gumbelSoftmax: Sampler['gumbelSoftmax'] = (...args: unknown[]) => this.#ask<never>('gumbelSoftmax', args)

  #ask<T>(method: Method, args: unknown[]): Promise<T> {
    const id = this.#next++
    this.#worker.postMessage({ id, method, args } satisfies Question)
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject }))
  }

  /** Stops the worker; what is not answered yet rejects with `reason`. */
  end(reason: unknown): void {
    this.#worker.terminate()
    for (const { reject } of this.#waiting.values()) reject(reason)
    this.#waiting.clear()
  }
}
