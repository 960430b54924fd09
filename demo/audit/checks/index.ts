import type { Check } from '../check'
import { accuracy } from './accuracy'
import { adapter } from './adapter'
import { chiSquared } from './chi_squared'
import { kept } from './kept'
import { knownAnswers } from './known_answers'
import { noise } from './noise'
import { tail } from './tail'
import { timing } from './timing'
import { tokens } from './tokens'

/** In the order in which they are run and shown. */
export const CHECKS: readonly Check[] = [adapter, knownAnswers, noise, tokens, kept, accuracy, chiSquared, tail, timing]
