type Numbers = ArrayLike<number>

/** @throws Error where the numbers differ; NaN is like NaN */
export function same(actual: Numbers | undefined, expected: Numbers | undefined, what: string): void {
  within(actual, expected, what, () => 0)
}

/** @throws Error where a number is further from the expected one than its tolerance, that of `expected[i]` */
export function within(
  actual: Numbers | undefined,
  expected: Numbers | undefined,
  what: string,
  tolerance: (expected: number, i: number) => number,
): void {
  if (actual?.length !== expected?.length)
    throw new Error(`${what}: ${actual?.length} numbers rather than ${expected?.length}`)
  if (!actual || !expected) return
  for (let i = 0; i < expected.length; i++)
    if (!Object.is(actual[i], expected[i]) && !(Math.abs(actual[i] - expected[i]) <= tolerance(expected[i], i)))
      throw new Error(`${what}: [${i}] is ${actual[i]}, not ${expected[i]}`)
}

/** Relaxed samples may differ by 4e-6, and by 2e-4 of themselves. */
export function nearSamples(actual: Numbers | undefined, expected: Numbers, what: string): void {
  within(actual, expected, what, (e) => Math.max(1e-6, Math.min(4e-6, 2e-4 * e)))
}

/** Gradients may differ by 2e-4 of themselves, and by 2e-6 of what cancels in them, that of each row. */
export function nearGradients(
  actual: Numbers | undefined,
  expected: Numbers,
  cancelling: readonly number[],
  what: string,
): void {
  const numClasses = expected.length / cancelling.length
  within(actual, expected, what, (e, i) => 2e-4 * Math.abs(e) + 2e-6 * cancelling[Math.floor(i / numClasses)])
}

/** @throws Error unless `promise` rejects with an error of this name */
export async function refused(promise: Promise<unknown>, name: string, what: string): Promise<void> {
  const reason = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(reason instanceof Error) || reason.name !== name)
    throw new Error(`${what}: ${reason === undefined ? 'no error' : String(reason)} rather than a ${name}`)
}
