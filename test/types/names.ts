/** Names that a call does not use are errors of the types too, where the options are written in the call. */
import { type Sampler, createSampler } from 'gumbel-webgpu'

export async function names(sampler: Sampler, logits: Float32Array) {
  const options = { batchSize: 1, numClasses: 3, seed: 1 }
  // @ts-expect-error: temperature
  await sampler.sample(logits, { ...options, temprature: 1 })
  // @ts-expect-error: an option of sample
  await sampler.gumbelSoftmax(logits, { ...options, scores: true })
  // @ts-expect-error: an option of sample and gumbelSoftmax
  await sampler.gumbelGivenIndex(logits, new Int32Array(1), { ...options, logProbs: true })
  // @ts-expect-error: backend
  await createSampler({ backnd: 'cpu' })
  // Those that every call takes.
  const common = {
    tau: 1,
    hard: true,
    numSamples: 2,
    step: 3,
    streams: 4,
    invalidRows: 'mark',
    tail: 'extended',
  } as const
  await sampler.sample(logits, { ...options, ...common, temperature: 1 })
  await sampler.noise('bits', { ...options, temperature: 1, ...common })
  await sampler.concreteLogProb(logits, logits, { ...options, temperature: 1, ...common })
  await sampler.gumbelGivenIndex(logits, new Int32Array(1), { ...options, ...common })
}
