/** What a device does for a call, as data: dispatches in their order, with all that they bind. Pure: it runs in Node, with any limits. */

import type { Request } from '../operation'
import type { Geometry } from '../view'
import type { Kernel } from './kernel'
import type { Params } from './params'

/** What a device takes, and which plans suit it; tests force them. The draws are the same. */
export interface Limits {
  /** `maxStorageBufferBindingSize`. */
  bindingBytes: number
  /** Lanes agree through subgroups. */
  subgroups: boolean
  /** A GPU, which wants thousands of lanes, rather than a software adapter, which wants few workgroups and barriers. */
  wide: boolean
  /** Classes of all draws of one dispatch, at most, where a draw has no more. */
  work: number
  /** Lanes that share a row where rows are not split, in place of what the plan finds best; a power of two to 64. */
  lanes?: number
}

/** Rows of a call that are worked on together. */
export interface Work {
  /** Its batch are these rows. */
  request: Request
  /** Inputs, and outputs that are wanted, by name; the first of their rows are these rows'. */
  views: Readonly<Record<string, Geometry>>
  /** Results are read back, so that an index which would be -1 may say why. */
  readBack: boolean
  limits: Limits
}

/** A range of a view or of a scratch buffer, in bytes. */
export interface Range {
  of: string
  offset: number
  size: number
}

export interface Dispatch {
  kernel: Kernel
  params: Partial<Params>
  /** By the names that WGSL has, but for `params` and `row_settings`, which the runner binds. */
  bindings: Record<string, Range>
  /** Workgroups, at least. */
  workgroups: number
  /** Classes of all draws. */
  work: number
}

export interface Plan {
  dispatches: Dispatch[]
  /** Bytes of each scratch buffer, by name. */
  scratch: Record<string, number>
}

/** Draws of one dispatch: all of some rows, or some of one row; all classes, or some of them. */
export interface Slice {
  firstRow: number
  rows: number
  /** Of each row. */
  firstDraw: number
  draws: number
  firstClass: number
  classes: number
  /** Workgroups that share a row, in this dispatch. */
  parts: number
  /** Parts of the row before these. */
  firstPart: number
}

/** Classes of all draws of one dispatch: within a second or three even on a software adapter, so that no watchdog ends it. */
export const MOST_WORK = 2 ** 27
