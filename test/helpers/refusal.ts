import { expect } from 'vitest'

/**
 * Fails unless a call either does its work, or is refused by a RangeError that says why: never by the device, whose validation
 * errors `work` would leave in a scope.
 */
export async function expectDoneOrRefused(
  device: GPUDevice,
  work: (encoder: GPUCommandEncoder) => unknown,
  says: RegExp,
): Promise<void> {
  device.pushErrorScope('validation')
  const encoder = device.createCommandEncoder()
  const refusal = await Promise.resolve()
    .then(() => work(encoder))
    .then(
      () => undefined,
      (reason: unknown) => reason as Error,
    )
  // Validated, not submitted: what is recorded may be a lot of work.
  encoder.finish()
  const error = await device.popErrorScope()
  expect(error?.message, 'what the device has against it').toBeUndefined()
  if (!refusal) return
  expect(refusal.constructor, refusal.message).toBe(RangeError)
  expect(refusal.message).toMatch(says)
}
