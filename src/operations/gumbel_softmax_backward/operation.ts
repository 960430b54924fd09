import { type CpuOperation, LOGITS, type Output, withPlan } from '../../operation'
import { computeGumbelSoftmaxBackward } from './compute'
import { zeroInvalid } from './flaws'
import { planGumbelSoftmaxBackward } from './plan'

const perRow = { per: 'row', columns: 1, types: ['float32'] } as const
const GRAD_LOGITS: Output = {
  ...perRow,
  name: 'gradLogits',
  columns: 'numClasses',
  call: 'always',
  encode: 'required',
}

/** Gradients of logits, tau and temperature from the gradient of the samples. */
export const gumbelSoftmaxBackwardOnCpu: CpuOperation = {
  name: 'gumbelSoftmaxBackward',
  encodeName: 'encodeGumbelSoftmaxBackward',
  draws: true,
  relaxed: true,
  options: ['classOffset', 'logSamples'],
  inputs: [
    LOGITS,
    { name: 'gradSamples', per: 'draw', columns: 'numClasses', types: ['float32'] },
    { name: 'samples', per: 'draw', columns: 'numClasses', types: ['float32'], optional: true },
  ],
  outputs: [
    GRAD_LOGITS,
    { ...perRow, name: 'gradTau', call: 'asked', encode: 'optional' },
    { ...perRow, name: 'gradTemperature', call: 'asked', encode: 'optional' },
    { ...perRow, name: 'statuses', types: ['int32'], call: 'hidden', encode: 'optional' },
  ],
  marked: 'gradients of 0',
  check({ given, hard }) {
    if (given.samples !== undefined && hard)
      throw new TypeError(
        'samples is given with hard: true; one-hot samples have no gradient: leave them out, and the noise is made again',
      )
  },
  compute: computeGumbelSoftmaxBackward,
  read: (_, results) => zeroInvalid(results),
}

export const gumbelSoftmaxBackward = /* @__PURE__ */ withPlan(gumbelSoftmaxBackwardOnCpu, planGumbelSoftmaxBackward)
