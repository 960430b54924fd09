import type { Output } from '../../operation'

/** Words of noise: the bits of floats, but for kind 'bits'. */
export const NOISE_OUTPUT: Output = {
  name: 'noise',
  per: 'draw',
  columns: 'numClasses',
  types: ['int32'],
  call: 'always',
  encode: 'required',
}
