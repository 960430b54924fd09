import type { Shape } from './request'

/** How many results a call has: the product of some of its sizes, with their names for messages. */
export interface Extent {
  name: string
  value: number
}

/** The batch size times other sizes of a request, named. */
export function extentOf(shape: Shape, ...others: ('numSamples' | 'numClasses')[]): Extent {
  const names = ['batchSize', ...others] as const
  return { name: names.join(' * '), value: names.reduce((product, name) => product * shape[name], 1) }
}

/**
 * A new array for the results of a call.
 * @throws RangeError that names the extent, where there is no memory for so many
 */
export function resultsOf<T>(type: new (length: number) => T, { name, value }: Extent): T {
  try {
    return new type(value)
  } catch {
    throw new RangeError(`${name} is ${value}; there is no memory for so many results`)
  }
}
