import { runCold, runPrepared } from './cold'
import { run } from './run'

/** What scripts/bench.ts and scripts/bench_cold.ts call. */
Object.assign(globalThis, { bench: { run, runCold, runPrepared } })
