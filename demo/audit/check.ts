import type { Sampler } from 'gumbel-webgpu'
import type { Cpu } from './cpu'

/** What a check works with. */
export interface Tools {
  adapter: GPUAdapter
  device: GPUDevice
  sampler: Sampler
  /** The CPU backend, in a worker. */
  cpu: Cpu
  /** Words whose noise is to be compared: a power of two from 2^20 to 2^32. */
  words: number
  /** Ends what goes on until its time is up as soon as it may, in tests of the page. */
  brief: boolean
  signal: AbortSignal
  /**
   * Shows the share that is done, and lets the page paint and hear its buttons.
   * @throws the signal's reason where it is aborted
   */
  progress(share: number): Promise<void>
  /** Where a check that has more than figures shows it. */
  place: HTMLElement
}

/** What a check found. */
export interface Outcome {
  good: boolean
  /** A sentence or two for whoever reads the page. */
  verdict: string
  /** A text for each of the check's figures. */
  figures: Record<string, string>
  /** What the report holds beside these. */
  data?: object
}

export interface Check {
  id: string
  title: string
  /** What is checked and why. */
  about: string
  /** Names of the figures, which are there before the check has run. */
  figures: readonly string[]
  /** A wide check has more than figures to show: a plot, or what few want to see, behind these words. */
  wide?: 'plot' | { details: string }
  /** Its share of the whole, about in seconds on a software adapter. */
  weight(words: number): number
  run(tools: Tools): Promise<Outcome>
}
