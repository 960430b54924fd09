/** All mutants of `npm run verify:mutants`, by what is mistaken. */
import { CONTROLS } from './controls'
import { DECODING } from './decoding'
import { DRAWS } from './draws'
import { GRADIENTS } from './gradients'
import type { Mutant } from './mutant'
import { NOISE } from './noise'

export const MUTANTS: readonly Mutant[] = [...NOISE, ...DRAWS, ...CONTROLS, ...GRADIENTS, ...DECODING]
