import { STATUS_ALL_MASKED, STATUS_NAN, STATUS_OK, STATUS_POSITIVE_INFINITY } from '../../errors'

/** The largest logit of a row; NaN where any of them is. */
export function largestOf(data: Float32Array, begin: number, numClasses: number): number {
  let largest = -Infinity
  for (let c = 0; c < numClasses; c++) {
    const logit = data[begin + c]
    if (logit > largest) largest = logit
    else if (logit !== logit) return NaN
  }
  return largest
}

/** Whether a row with this largest logit has a distribution, or why not; the twin of `shaders/shared/validity.wgsl`. */
export function statusOf(largest: number): number {
  if (largest === Infinity) return STATUS_POSITIVE_INFINITY
  if (largest === -Infinity) return STATUS_ALL_MASKED
  return largest === largest ? STATUS_OK : STATUS_NAN
}
