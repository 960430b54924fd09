import type { Output } from '../../operation'

/** Relaxed or hard samples. */
export const SAMPLES: Output = {
  name: 'samples',
  per: 'draw',
  columns: 'numClasses',
  types: ['float32', 'float16'],
  call: 'always',
  unless: 'logSamples',
  encode: 'required',
}

/** Logarithms of relaxed samples, in their place. */
export const LOG_SAMPLES: Output = {
  name: 'logSamples',
  per: 'draw',
  columns: 'numClasses',
  types: ['float32'],
  call: 'asked',
  encode: 'optional',
}
