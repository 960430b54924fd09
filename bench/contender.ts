import type { Case, Operation } from './cases'

/** The relaxation that every contender uses. */
export const TAU = 0.5

/** The contender that the others are compared with. */
export const OWN = 'gumbel-webgpu'
/** This library without what a row of the table is about. */
export const PLAIN = 'gumbel-webgpu, plain'

/** In the order of tables. */
export const CONTENDER_NAMES = [
  OWN,
  PLAIN,
  'argmax',
  'jax-js',
  'tfjs',
  'naive WGSL',
  'argsort WGSL',
  'Philox alone',
  'copy',
  'gumbel-webgpu, read back',
  'read back, JS',
  'gumbel-webgpu, CPU',
] as const

export type ContenderName = (typeof CONTENDER_NAMES)[number]

/** A case made ready: the same logits in host memory and in a buffer of the shared device. */
export interface Problem extends Case {
  host: Float32Array
  buffer: GPUBuffer
}

/** What a call costs its caller before and after the GPU's work, in milliseconds. */
export interface Phases {
  encode: number
  submit: number
  map: number
}

/** A contender with one problem loaded. */
export interface Prepared {
  /** Makes `calls` calls and resolves when the last is done; results stay where the contender leaves them. */
  run(calls: number): Promise<void>
  /** Makes one call with a seed of its own and gives the drawn classes; left out where it is no sampler. */
  draw?(seed: number): Promise<Int32Array>
  phases?(): Promise<Phases>
  destroy(): void
}

/** One way of computing what a case asks. */
export interface Contender {
  name: ContenderName
  /** What it is, for the page and the report. */
  about: string
  operations: readonly Operation[]
  /** Which of their cases it is measured on, where not on all: slow ones whose time does not depend on the logits take one kind. */
  takes?(one: Case): boolean
  /** Where it computes, so that its passes can be timed; left out where it computes on the CPU. */
  device?: GPUDevice
  prepare(problem: Problem): Promise<Prepared>
}
