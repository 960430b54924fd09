/** Descents of the logit by each estimator, a draw a step. */
import type { Sampler } from 'gumbel-webgpu'
import { ESTIMATORS, type Estimator, type Fit, estimatesOf, etaOf, fitOf, probabilityOf, rebarOf } from './estimators'

export const STEPS = 400
export const RUNS = 64
const RATE = 1
/** How much of what earlier steps have seen for eta a step keeps. */
const FORGET = 0.9
/** Of the draws of the sweep's step 0 they know nothing. */
const FIRST_STEP = 1

/** The mean over runs of `P(b = 1)` after each step, beginning before the first. */
export type Descents = Record<Estimator, number[]>

/** Goes down from `logit`, all runs of all estimators at once, and gives what there is after each step; run i of each has the same noise. */
export async function* descend(
  sampler: Sampler,
  { logit, tau, seed }: { logit: number; tau: number; seed: number },
): AsyncGenerator<Descents> {
  const logits = new Float32Array(ESTIMATORS.length * RUNS).fill(logit)
  const streams = Array.from(logits, (_, row) => row % RUNS)
  const descents = Object.fromEntries(ESTIMATORS.map((name) => [name, [probabilityOf(logit)]])) as Descents
  let fit: Fit = { product: 0, square: 0 }
  for (let step = 0; step < STEPS; step++) {
    const estimates = await estimatesOf(sampler, logits, { tau, seed, step: FIRST_STEP + step, streams })
    // What earlier steps have seen of all runs does not know this one's draws.
    const all = { ...estimates, rebar: rebarOf(estimates, etaOf(fit)) }
    fit = follow(fit, fitOf(estimates, logits.length - RUNS))
    ESTIMATORS.forEach((name, i) => {
      let sum = 0
      for (let row = i * RUNS; row < (i + 1) * RUNS; row++) {
        logits[row] -= RATE * all[name][row]
        sum += probabilityOf(logits[row])
      }
      descents[name].push(sum / RUNS)
    })
    yield descents
  }
}

function follow(fit: Fit, latest: Fit): Fit {
  return {
    product: FORGET * fit.product + latest.product,
    square: FORGET * fit.square + latest.square,
  }
}
