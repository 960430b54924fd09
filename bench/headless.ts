import { select } from './cases'
import { run } from './run'

/** What scripts/bench.ts calls. */
Object.assign(globalThis, { bench: { select, run } })
