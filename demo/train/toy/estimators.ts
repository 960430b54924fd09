/**
 * Estimates of the gradient of `E[(b - 0.45)^2]` in the logit of one coin, b = 1 with probability `sigmoid(logit)` (the toy of Tucker et al.
 * 2017, section 5.1). Draws, relaxed samples and their gradients are the library's calls; the arithmetic around them is here.
 */
import type { Sampler } from 'gumbel-webgpu'

const TARGET = 0.45

/** The loss at b, which is 0 or 1, or relaxed, between them. */
export const lossOf = (b: number) => (b - TARGET) ** 2
const slopeOf = (b: number) => 2 * (b - TARGET)

export const probabilityOf = (logit: number) => 1 / (1 + Math.exp(-logit))

/** `E[(b - 0.45)^2]`. */
export function expectedLossOf(logit: number): number {
  const p = probabilityOf(logit)
  return p * lossOf(1) + (1 - p) * lossOf(0)
}

/** Its gradient, which estimates should have for their mean. */
export function gradientOf(logit: number): number {
  const p = probabilityOf(logit)
  return (lossOf(1) - lossOf(0)) * p * (1 - p)
}

export const ESTIMATORS = ['gumbel-softmax', 'straight-through', 'reinforce', 'reinforce-baseline', 'rebar'] as const
export type Estimator = (typeof ESTIMATORS)[number]

/** An estimate a row, of each estimator, all from the same draws. */
export type Estimates = Record<Exclude<Estimator, 'rebar'>, Float64Array> & {
  /** What REBAR adds to REINFORCE, times eta: its mean is 0. See `rebarOf`. */
  control: Float64Array
}

export interface Draw {
  /** Of relaxed samples. */
  tau: number
  seed: number
  step: number
  /** Tells rows apart: equal streams draw equal noise. By default row r has stream r. */
  streams?: number[]
}

/** Estimates at one draw of each of `logits`, a row each. */
export async function estimatesOf(sampler: Sampler, logits: Float32Array, draw: Draw): Promise<Estimates> {
  const rows = logits.length
  const scale = scaleOf(draw.tau)
  const options = { ...draw, numClasses: 2 }
  const coins = coinsOf(logits)
  const { samples, indices } = await sampler.gumbelSoftmax(coins, options)

  const [gradSoft, gradHard] = [new Float32Array(2 * rows), new Float32Array(2 * rows)]
  for (let r = 0; r < rows; r++) {
    gradSoft[2 * r] = slopeOf(samples[2 * r])
    gradHard[2 * r] = slopeOf(1 - indices[r])
  }
  const [soft, straight, scaled, { noise }] = await Promise.all([
    sampler.gumbelSoftmaxBackward(gradSoft, coins, { ...options, samples }),
    sampler.gumbelSoftmaxBackward(gradHard, coins, { ...options, hard: true }),
    sampler.gumbelSoftmax(coinsOf(logits, scale), options),
    sampler.gumbelGivenIndex(coins, indices, options),
  ])

  const all = () => new Float64Array(rows)
  const estimates = {
    'gumbel-softmax': all(),
    'straight-through': all(),
    reinforce: all(),
    'reinforce-baseline': all(),
    control: all(),
  }
  for (let r = 0; r < rows; r++) {
    const logit = logits[r]
    const b = 1 - indices[r]
    estimates['gumbel-softmax'][r] = soft.gradLogits[2 * r]
    estimates['straight-through'][r] = straight.gradLogits[2 * r]
    const score = b - probabilityOf(logit)
    estimates.reinforce[r] = lossOf(b) * score
    // A baseline may not know b; the mean loss is what a running mean of losses comes near.
    estimates['reinforce-baseline'][r] = (lossOf(b) - expectedLossOf(logit)) * score
    const free = relaxedAt(scaled.samples[2 * r], draw.tau, scale)
    const given = relaxedGiven(logit, b, noise.subarray(2 * r, 2 * r + 2), draw.tau)
    estimates.control[r] = free.gradient - given.gradient - given.loss * score
  }
  return estimates
}

/** Logits of two classes: class 0 is b = 1; class 1, whose logit is 0, b = 0. */
function coinsOf(logits: Float32Array, scale = 1): Float32Array {
  const coins = new Float32Array(2 * logits.length)
  logits.forEach((logit, r) => (coins[2 * r] = scale * logit))
  return coins
}

/**
 * REBAR (Tucker et al. 2017): REINFORCE less eta times the loss at the sample relaxed given b, plus eta times what that takes from the mean, as the
 * difference of two gradients through relaxed samples: with noise as drawn, and with noise given b. It is unbiased with any eta
 * that does not know the draw.
 */
export function rebarOf({ reinforce, control }: Estimates, eta: number): Float64Array {
  return reinforce.map((value, r) => value + eta * control[r])
}

/** The sums that the best eta is a ratio of. */
export interface Fit {
  product: number
  square: number
}

/** Of rows `from` to `to`. */
export function fitOf({ reinforce, control }: Estimates, from = 0, to = control.length): Fit {
  const count = to - from
  let [product, square, sum, sumControl] = [0, 0, 0, 0]
  for (let r = from; r < to; r++) {
    product += reinforce[r] * control[r]
    square += control[r] ** 2
    sum += reinforce[r]
    sumControl += control[r]
  }
  return { product: product - (sum * sumControl) / count, square: square - sumControl ** 2 / count }
}

/** The eta of least variance; 0 where nothing was seen. */
export const etaOf = ({ product, square }: Fit) => (square > 0 ? -product / square : 0)

/** What REBAR multiplies logits by when it relaxes them (Tucker et al. 2017, section 3.2), so that a large tau gives `sigmoid(logit)`, not 1/2. */
const scaleOf = (tau: number) => (tau * tau + tau + 1) / (tau + 1)

/** The loss at a relaxed sample and its gradient in the logit, which the sample follows by `slope` before it is divided by tau. */
function relaxedAt(y: number, tau: number, slope: number) {
  return { loss: lossOf(y), gradient: (slopeOf(y) * y * (1 - y) * slope) / tau }
}

/**
 * The same given b, whose noise depends on the logit too: the larger score is `s = logsumexp(logits) + gumbel`, and the smaller
 * `-log(exponential * exp(-its logit) + exp(-s))`, which follows s by the share `exp(score - s)` and its own logit by the rest.
 */
function relaxedGiven(logit: number, b: number, noise: Float32Array, tau: number) {
  const p = probabilityOf(logit)
  const lead = logit + noise[0] - noise[1]
  const share = Math.exp(-Math.abs(lead))
  const leadSlope = b === 1 ? p - share * p : 1 - share + share * p - p
  const scale = scaleOf(tau)
  const y = probabilityOf((scale * logit + noise[0] - noise[1]) / tau)
  // The noise is the lead less the logit.
  return relaxedAt(y, tau, scale + leadSlope - 1)
}
