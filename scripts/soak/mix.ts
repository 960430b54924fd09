import type { Call } from './call'
import { DRAWS } from './draws'
import { SOFT } from './soft'

/** The calls of the soak, by name. */
export const MIX: Record<string, Call> = { ...DRAWS, ...SOFT }
