import { oneOf } from '../../checks'
import type { Request } from '../../operation'
import { MOST_FILTERED } from './kept'
import { MAXIMA, REMAINDERS, SCORES, SUMS } from './outputs'

const METHODS = ['gumbel-max', 'inverse-cdf'] as const

/** Whether a checked call draws by sums of masses rather than by noise of each class. */
export function isInverseCdf({ given }: Pick<Request, 'given'>): boolean {
  return given.method === 'inverse-cdf'
}

/** Refuses a method that there is not, and what inverse CDF has no answer for. */
export function checkMethod(request: Request, wanted: ReadonlySet<string>): void {
  const { given, classOffset, numClasses } = request
  if (oneOf('method', given.method ?? 'gumbel-max', METHODS) === 'gumbel-max') return
  const output = [SCORES, REMAINDERS, MAXIMA, SUMS].find(({ name }) => wanted.has(name))
  if (output)
    throw new TypeError(
      `${given.partial ? 'partial' : output.name} is given beside method 'inverse-cdf'; it must be left out, as only 'gumbel-max' compares scores`,
    )
  if (classOffset > 0)
    throw new TypeError(
      `classOffset is ${classOffset}; beside method 'inverse-cdf' it must be 0, as a shard does not know the sum of the whole`,
    )
  if (numClasses > MOST_FILTERED)
    throw new RangeError(`numClasses is ${numClasses}; beside method 'inverse-cdf' it must be at most ${MOST_FILTERED}`)
}
