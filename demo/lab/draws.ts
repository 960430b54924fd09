import type { Sampler } from 'gumbel-webgpu'
import type { LabState } from './state'

/** The temperatures of the figure in Jang et al. 2017; the user's comes after them. */
export const FIGURE_TAUS: readonly number[] = [0.1, 0.5, 1, 10]

/** The step of the expectations' noise; the draws that are shown one by one, and raced, are those of step 0. */
const EXPECTATION_STEP = 1

export interface Expectations {
  /** How often `sample()` drew each class. */
  categorical: number[]
  /** The mean of the relaxed samples at each tau. */
  relaxed: number[][]
}

/** Row a) of the figure. All temperatures relax the same draws. */
export async function drawExpectations(sampler: Sampler, state: LabState): Promise<Expectations> {
  const { probabilities, samples } = state
  const numClasses = probabilities.length
  const options = { numClasses, seed: state.seed, step: EXPECTATION_STEP, streams: 0, numSamples: samples }
  const taus = [...FIGURE_TAUS, state.tau]
  const [{ indices }, relaxed] = await Promise.all([
    sampler.sample(logitsOf(probabilities), { ...options, batchSize: 1 }),
    sampler.gumbelSoftmax(logitsOf(probabilities, taus.length), { ...options, batchSize: taus.length, tau: taus }),
  ])
  const counts = probabilities.map(() => 0)
  for (const index of indices) counts[index]++
  return {
    categorical: counts.map((count) => count / samples),
    relaxed: taus.map((_, row) =>
      meanOf(relaxed.samples.subarray(row * samples * numClasses, (row + 1) * samples * numClasses), numClasses),
    ),
  }
}

/** One draw, with all that leads to it; the same noise everywhere. */
export interface OneDraw {
  index: number
  logits: number[]
  uniforms: number[]
  gumbels: number[]
  /** Logits plus noise: the largest is drawn. */
  sums: number[]
  /** The exponential race, E / p: the smallest is drawn. */
  times: number[]
  /** The relaxed sample at each tau. */
  relaxed: number[][]
}

/** Row b) of the figure, and its steps. */
export async function drawOne(sampler: Sampler, state: LabState): Promise<OneDraw> {
  const { probabilities } = state
  const numClasses = probabilities.length
  const options = { numClasses, seed: state.seed, streams: state.draw }
  const taus = [...FIGURE_TAUS, state.tau]
  const one = { ...options, batchSize: 1 }
  const [drawn, relaxed, uniforms, exponentials, gumbels] = await Promise.all([
    sampler.sample(logitsOf(probabilities), one),
    sampler.gumbelSoftmax(logitsOf(probabilities, taus.length), { ...options, batchSize: taus.length, tau: taus }),
    sampler.noise('uniform', one),
    sampler.noise('exponential', one),
    sampler.noise('gumbel', one),
  ])
  const logits = probabilities.map(Math.log)
  return {
    index: drawn.indices[0],
    logits,
    // The library's exponential is -log(1 - u); the race is told with U = 1 - u.
    uniforms: Array.from(uniforms, (u) => 1 - u),
    gumbels: [...gumbels],
    sums: logits.map((logit, i) => logit + gumbels[i]),
    times: probabilities.map((p, i) => exponentials[i] / p),
    relaxed: taus.map((_, row) => [...relaxed.samples.subarray(row * numClasses, (row + 1) * numClasses)]),
  }
}

export interface Races {
  /** The class that wins the exponential race of each draw. */
  winners: Uint8Array
  /** What `sample()` draws from the same noise, by Gumbel-max. */
  indices: Int32Array
}

/** Races draws `first`, `first + 1`, … */
export async function runRaces(sampler: Sampler, state: LabState, first: number, count: number): Promise<Races> {
  const { probabilities } = state
  const numClasses = probabilities.length
  const options = { batchSize: count, numClasses, seed: state.seed, streamOffset: first }
  const [exponentials, { indices }] = await Promise.all([
    sampler.noise('exponential', options),
    sampler.sample(logitsOf(probabilities, count), options),
  ])
  const winners = new Uint8Array(count)
  for (let row = 0; row < count; row++) {
    let best = Infinity
    for (let i = 0; i < numClasses; i++) {
      const time = exponentials[row * numClasses + i] / probabilities[i]
      if (time < best) {
        best = time
        winners[row] = i
      }
    }
  }
  return { winners, indices }
}

/** The same logits for each row; a class of probability 0 is masked by its logit, -Infinity. */
function logitsOf(probabilities: readonly number[], rows = 1): Float32Array {
  const row = Float32Array.from(probabilities, Math.log)
  const logits = new Float32Array(rows * row.length)
  for (let at = 0; at < logits.length; at += row.length) logits.set(row, at)
  return logits
}

function meanOf(samples: Float32Array, numClasses: number): number[] {
  const sums = Array.from({ length: numClasses }, () => 0)
  for (let at = 0; at < samples.length; at += numClasses)
    for (let i = 0; i < numClasses; i++) sums[i] += samples[at + i]
  return sums.map((sum) => (sum * numClasses) / samples.length)
}
