import type { Output } from '../../operation'

/** Relaxed or hard samples. */
export const SAMPLES: Output = {
  name: 'samples',
  per: 'draw',
  columns: 'numClasses',
  types: ['float32', 'float16'],
  call: 'always',
  encode: 'required',
}
