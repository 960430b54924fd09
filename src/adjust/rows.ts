/** Rows that kernels of adjustments go through. */

import type { Slice, Work } from '../gpu/plan'

export const WORKGROUP = 64

/** All rows of the work, once each. */
export function rowsOnce({ request: { batchSize, numClasses } }: Work): Slice {
  return {
    firstRow: 0,
    rows: batchSize,
    firstDraw: 0,
    draws: 1,
    firstClass: 0,
    classes: numClasses,
    parts: 1,
    firstPart: 0,
  }
}
