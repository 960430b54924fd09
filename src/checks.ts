/** Checks of single values. Each refusal names the parameter, what it was and what it may be. */

export const MAX_WORD = 0xffffffff

/** Any value in a message: objects by their kind, since what they say of themselves may throw. */
export function shown(value: unknown): string {
  return typeof value === 'object' && value !== null ? Object.prototype.toString.call(value) : String(value)
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** @throws TypeError, RangeError unless the value is a whole number in the range */
export function whole(name: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number') throw new TypeError(`${name} is ${typeof value}; it must be a number`)
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`${name} is ${value}; it must be a whole number from ${min} to ${max}`)
  return value
}

/** An option that is one of a few words. */
export function oneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  if (!(allowed as readonly unknown[]).includes(value))
    throw new RangeError(`${name} is ${shown(value)}; it must be ${allowed.map((word) => `'${word}'`).join(' or ')}`)
  return value as T
}

/** An option that is on or off; off by default. */
export function flag(name: string, value: unknown): boolean {
  if (value !== undefined && typeof value !== 'boolean')
    throw new TypeError(`${name} is ${shown(value)}; it must be true or false`)
  return value ?? false
}

/** Whether a value stands for all rows, rather than a list of one a row. */
export function isOne(value: unknown): boolean {
  return !isObject(value)
}

/** @throws RangeError unless the list has a value a row */
export function requirePerRow(name: string, list: ArrayLike<unknown>, batchSize: number): void {
  if (list.length !== batchSize)
    throw new RangeError(
      `${name} has ${shown(list.length)} values; it must be one value, or batchSize (${batchSize}) values`,
    )
}
