import { flag } from '../../checks'
import type { Request } from '../../operation'
import { MOST_FILTERED } from './kept'
import { isInverseCdf } from './method'
import { MAXIMA, REMAINDERS, SUMS } from './outputs'

/** Whether a checked call takes the classes of a row in the order of their scores; of one draw it is the first, as in any other. */
export function isOrdered({ given, numSamples }: Pick<Request, 'given' | 'numSamples'>): boolean {
  return given.replacement === false && numSamples > 1
}

/** Refuses more draws than there are classes, and what has no order. */
export function checkReplacement(request: Request, wanted: ReadonlySet<string>): void {
  const { given, numClasses, numSamples } = request
  if (given.replacement === undefined || flag('replacement', given.replacement)) return
  const refuse = (what: string, why: string) => {
    throw new TypeError(`replacement is false beside ${what}; it must be left out, as ${why}`)
  }
  if (isInverseCdf(request)) refuse("method 'inverse-cdf'", "only 'gumbel-max' has scores to put into order")
  const partial = [REMAINDERS, MAXIMA, SUMS].find(({ name }) => wanted.has(name))
  if (partial) refuse(given.partial ? 'partial' : partial.name, 'only single winners of shards are combined')
  if (numSamples > numClasses)
    throw new RangeError(
      `numSamples is ${numSamples}; without replacement it must be at most numClasses (${numClasses})`,
    )
  if (numClasses > MOST_FILTERED)
    throw new RangeError(`numClasses is ${numClasses}; without replacement it must be at most ${MOST_FILTERED}`)
}
