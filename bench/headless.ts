import { run } from './run'

/** What scripts/bench.ts calls. */
Object.assign(globalThis, { bench: { run } })
