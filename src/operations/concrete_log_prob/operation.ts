import { LOGITS, type Operation, type Request, type Results } from '../../operation'
import { emptySettings, settingsOfRow } from '../../settings'
import { computeConcreteLogProb, logNormalizer } from './compute'
import { planConcreteLogProb } from './plan'

/** The log density of relaxed samples. */
export const concreteLogProb: Operation = {
  name: 'concreteLogProb',
  draws: false,
  relaxed: true,
  options: ['logSamples'],
  inputs: [LOGITS, { name: 'samples', per: 'draw', columns: 'numClasses', types: ['float32'] }],
  // In step with `Density` in the kernel: bits of the log density less its normalizer, or a status where there is none; classes left, 0 where there is a status.
  outputs: [{ name: 'densities', per: 'draw', columns: 2, types: ['int32'], call: 'hidden', encode: 'never' }],
  marked: 'NaN',
  plan: planConcreteLogProb,
  compute: computeConcreteLogProb,
  read: readDensities,
  finish: (_, { logProbs }) => logProbs,
}

/** From what the kernel writes to log-probabilities, with the normalizer in float64. */
function readDensities(request: Request, { densities }: Results): Results {
  const { settings, numSamples, batchSize } = request
  const words = densities as Int32Array<ArrayBuffer>
  const floats = new Float32Array(words.buffer)
  const logProbs = new Float32Array(batchSize * numSamples).fill(NaN)
  const statuses = new Int32Array(batchSize * numSamples)
  const row = emptySettings()
  for (let i = 0; i < logProbs.length; i++) {
    const classes = words[2 * i + 1]
    if (classes === 0) statuses[i] = words[2 * i]
    else
      logProbs[i] = floats[2 * i] + logNormalizer(classes, settingsOfRow(row, settings, Math.floor(i / numSamples)).tau)
  }
  return { logProbs, statuses }
}
