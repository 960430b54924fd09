import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import type { PoolOptions, PoolRunnerInitializer, PoolWorker, WorkerRequest } from 'vitest/node'
import { DENO_ENV, DENO_FLAGS, findDeno } from '../../scripts/deno.ts'
import { fromText, toText } from './text.ts'

/** Runs test files in Deno, a process each. */
class DenoWorker implements PoolWorker {
  readonly name = 'deno'
  #env: PoolOptions['env']
  #process: ChildProcess | undefined

  constructor({ env }: PoolOptions) {
    this.#env = env
  }

  async start(): Promise<void> {
    this.#process = fork(resolve(import.meta.dirname, 'deno_worker.ts'), {
      execPath: findDeno(),
      execArgv: ['run', ...DENO_FLAGS],
      // Mesa compiles a kernel in four fifths of the time where it leaves it as it is; Firefox has kernels optimised by the same Mesa.
      env: { ...this.#env, ...DENO_ENV, GALLIVM_PERF: 'nopt' },
    })
  }

  async stop(): Promise<void> {
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill()
    await ended
  }

  send(message: WorkerRequest): void {
    this.#process!.send(toText(message))
  }

  deserialize(data: unknown): unknown {
    return fromText(data as string)
  }

  on(event: string, callback: (data: unknown) => void): void {
    this.#process!.on(event, callback)
  }

  off(event: string, callback: (data: unknown) => void): void {
    this.#process!.off(event, callback)
  }
}

export const denoPool: PoolRunnerInitializer = {
  name: 'deno',
  createPoolWorker: (options) => new DenoWorker(options),
}
