/** Whether a device makes the noise that it must, found out once a device. */

import { DeviceError } from '../errors'
import { NOISE_DIGEST } from '../noise/known_answers'
import { NOISE_RANGES } from '../noise/ranges'
import { xorOf } from '../noise/verify_words'
import { differencesOf } from '../verify'
import { Context } from './context'
import { digestOnGpu } from './digest'

const checks = new WeakMap<GPUDevice, Promise<void>>()

/**
 * The check of a device, which the first sampler on it begins; the others wait for the same one.
 * @throws DeviceError, lost, that says what differs
 */
export function selfCheck(device: GPUDevice): Promise<void> {
  let check = checks.get(device)
  if (!check) checks.set(device, (check = checkNoise(device)))
  return check
}

/**
 * Compares the noise of the words where it changes branch, and of a spread, with its known digest. Tests say otherwise what the device
 * gave, by `seen`.
 * @throws DeviceError, lost, that says what differs
 */
export async function checkNoise(
  device: GPUDevice,
  seen: (digests: Uint32Array) => Uint32Array = (digests) => digests,
): Promise<void> {
  // Of its own: any of the samplers that wait may be destroyed.
  const context = new Context(device)
  try {
    const digests = seen(await digestOnGpu(context, NOISE_RANGES))
    const digest = xorOf(digests)
    if (digest === NOISE_DIGEST) return
    const [difference, ...more] = differencesOf(digests)
    const what = difference ?? `the CPU's noise and its own have the digest ${digest}, not ${NOISE_DIGEST}`
    throw new DeviceError(
      `the GPU device is wrong and not used: ${what}${more.length > 0 ? `, and in ${more.length} more places` : ''}; draw on another device, or with createSampler({ backend: 'cpu' })`,
      true,
    )
  } catch (error) {
    if (error instanceof DeviceError && error.lost) throw error
    throw new DeviceError(`the GPU device could not be checked: ${String(error)}`, true)
  } finally {
    context.destroy()
  }
}
