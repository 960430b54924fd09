import type { Case, Operation } from './cases'

/** A case made ready: the same logits in host memory and in a buffer of the shared device. */
export interface Problem extends Case {
  device: GPUDevice
  host: Float32Array
  buffer: GPUBuffer
}

/** A contender with one problem loaded. */
export interface Prepared {
  /** Makes the draw `calls` times and resolves when the last is done; results stay where the contender leaves them. */
  run(calls: number): Promise<void>
  destroy(): void
}

/** One way of computing what a case asks. */
export interface Contender {
  name: string
  /** What it is, for the page and the report. */
  about: string
  operations: readonly Operation[]
  /** The device it computes on, where its passes can be timed; undefined where it computes on the CPU. */
  device(): GPUDevice | undefined
  prepare(problem: Problem): Promise<Prepared>
}
