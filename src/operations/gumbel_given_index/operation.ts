import { LOGITS, type Operation } from '../../operation'
import { computeGumbelGivenIndex } from './compute'
import { planGumbelGivenIndex } from './plan'

/** Gumbel noise given the class that wins. */
export const gumbelGivenIndex: Operation = {
  name: 'gumbelGivenIndex',
  encodeName: 'encodeGumbelGivenIndex',
  draws: true,
  relaxed: true,
  options: ['classOffset'],
  inputs: [LOGITS, { name: 'indices', per: 'draw', columns: 1, types: ['int32'] }],
  outputs: [
    { name: 'noise', per: 'draw', columns: 'numClasses', types: ['float32'], call: 'always', encode: 'required' },
    { name: 'statuses', per: 'draw', columns: 1, types: ['int32'], call: 'hidden', encode: 'optional' },
  ],
  marked: 'noise of 0',
  check({ classOffset, numClasses }, { indices }) {
    const last = classOffset + numClasses - 1
    // -1 is of a draw that has no class, as `sample` marks it.
    indices.data?.forEach((index, i) => {
      if (index !== -1 && (index < classOffset || index > last))
        throw new RangeError(
          `indices[${i}] is ${index}; it must be a whole number from ${classOffset} to ${last}, or -1 where no class was drawn`,
        )
    })
  },
  plan: planGumbelGivenIndex,
  compute: computeGumbelGivenIndex,
}
