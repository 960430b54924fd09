/** Training from beginning to end, for `npm run train`. */
import * as tf from '@tensorflow/tfjs-core'
import { tfSampler } from 'gumbel-webgpu/tfjs'
import { backendName } from '../backend_name'
import { setBackend } from './backend'
import { hexOf } from './digest'
import { loadDigits, meanDigitNats } from './digits'
import { lookAt } from './look'
import { pngOf } from './picture'
import type { Settings } from './settings'
import { type StepReport, Training } from './training'

/** Digits in a row of the picture, and how much larger they are in it. */
const [SHOWN, SCALE] = [20, 2]

export interface HeadlessSettings extends Settings {
  backend: 'webgpu' | 'cpu'
}

export interface HeadlessReport {
  backend: string
  nats: number
  meanDigit: number
  digest: string
  /** A data URL: originals, reconstructions, samples. */
  png: string
}

export async function train(
  { steps, estimator, seed, backend }: HeadlessSettings,
  onStep: (report: StepReport) => Promise<void>,
): Promise<HeadlessReport> {
  await setBackend(backend)
  const digits = await loadDigits()
  const draws = await tfSampler(tf)
  const training = new Training({ estimator, seed, digits: digits.training, draws })
  for (let i = 0; i < steps; i++) await onStep(await training.step())
  const { heldOut } = digits
  const { nats, ...rows } = await lookAt(training.model, heldOut, draws, seed, heldOut.count, SHOWN)
  const png = pngOf([rows.originals, rows.reconstructions, rows.samples], SCALE)
  const report = { backend: backendName(draws.sampler), nats, meanDigit: meanDigitNats(digits), png }
  training.dispose()
  draws.sampler.destroy()
  return { ...report, digest: hexOf(training.digest) }
}
