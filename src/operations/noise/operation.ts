import { oneOf } from '../../checks'
import type { Operation } from '../../operation'
import { computeNoise } from './compute'
import { KINDS } from './kinds'
import { NOISE_OUTPUT } from './output'
import { planNoise } from './plan'

/** The noise itself. */
export const noise: Operation = {
  name: 'noise',
  encodeName: 'encodeNoise',
  draws: true,
  options: ['classOffset'],
  encodeOptions: ['kind'],
  inputs: [],
  outputs: [NOISE_OUTPUT],
  marked: '',
  check: ({ given }) => void oneOf('kind', given.kind, KINDS),
  plan: planNoise,
  compute: computeNoise,
  finish: ({ given }, results) => new (given.kind === 'bits' ? Uint32Array : Float32Array)(results.noise.buffer),
}
