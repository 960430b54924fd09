import type { Contender, Prepared } from './contender'
import { PassTimer } from './pass_timer'
import { sum } from './statistics'

/** One contender on one case. */
export interface Timing {
  contender: string
  /** Calls a round. */
  calls: number
  /** Milliseconds a call by the clock of the page, issuing included, a value a round; slow contenders have only the first rounds. */
  wall: number[]
  /** Milliseconds a call in which the GPU was busy, where it has timestamps, a value a round. */
  gpu?: number[]
}

export interface Loaded {
  contender: Contender
  prepared: Prepared
  /** Milliseconds that the first call took, in which kernels are compiled. */
  firstMs: number
}

/** Milliseconds that a round of one contender should last, so that what happens once a round does not count. */
const ROUND_MS = 100
const MAX_CALLS = 500
/** After so long a contender has no more rounds. */
const MOST_MS = 10_000
/** A contender whose first call takes longer does not only compile: it is measured without more to warm up. */
const SLOW_MS = 5000
/** A contender whose first call takes longer has no other: compilation, of up to some twenty seconds, is no large part of that. */
const ENDLESS_MS = 40_000

async function wallOf(prepared: Prepared, calls: number): Promise<number> {
  const begin = performance.now()
  await prepared.run(calls)
  return (performance.now() - begin) / calls
}

/** Warms up and finds how many calls make a round. */
async function callsOf({ prepared, firstMs }: Loaded): Promise<number> {
  if (firstMs > SLOW_MS || (await wallOf(prepared, 1)) > 10 * ROUND_MS) return 1
  let calls = 1
  for (;;) {
    const each = await wallOf(prepared, calls)
    if (each * calls > ROUND_MS / 4 || calls === MAX_CALLS)
      return Math.max(1, Math.min(MAX_CALLS, Math.round(ROUND_MS / each)))
    calls = Math.min(MAX_CALLS, 4 * calls)
  }
}

/**
 * Makes one call inside error scopes: a kernel that does not compile would else be the fastest of all.
 * @throws Error with what the device had against it
 */
export async function tryOut(contender: Contender, prepared: Prepared): Promise<Loaded> {
  const { device } = contender
  const begin = performance.now()
  device?.pushErrorScope('out-of-memory')
  device?.pushErrorScope('validation')
  let errors: (GPUError | null | undefined)[] = []
  try {
    await prepared.run(1)
  } finally {
    errors = [await device?.popErrorScope(), await device?.popErrorScope()]
  }
  for (const error of errors) if (error) throw new Error(error.message)
  return { contender, prepared, firstMs: performance.now() - begin }
}

/** Measures the contenders in turns, so that what disturbs the machine disturbs all of them alike; `onGpu`, by the GPU's clock too. */
export async function measure(
  loaded: Loaded[],
  rounds: number,
  betweenRounds: () => void,
  onGpu = true,
): Promise<Timing[]> {
  const timings: Timing[] = []
  for (const each of loaded)
    timings.push({
      contender: each.contender.name,
      calls: await callsOf(each),
      wall: each.firstMs > ENDLESS_MS ? [each.firstMs] : [],
    })
  for (let round = 0; round < rounds; round++)
    for (let i = 0; i < loaded.length; i++) {
      betweenRounds()
      // Each round begins with another, so that nobody always follows the same one.
      const at = (i + round) % loaded.length
      const { contender, prepared } = loaded[at]
      const timing = timings[at]
      if (timing.calls * sum(timing.wall) > MOST_MS) continue
      const timer = onGpu && contender.device ? PassTimer.of(contender.device) : undefined
      timer?.start()
      timing.wall.push(await wallOf(prepared, timing.calls))
      const gpu = await timer?.stop()
      if (gpu !== undefined) (timing.gpu ??= []).push(gpu / timing.calls)
    }
  return timings
}
