import { expect } from 'vitest'

/** Options that every call takes, so that one object serves all, with values. */
export const COMMON_OPTIONS: Record<string, unknown> = {
  temperature: 0.8,
  tau: 0.7,
  hard: false,
  tail: 'standard',
  numSamples: 2,
  step: 3,
  seed: 5n,
  streamOffset: 4,
  invalidRows: 'mark',
}

/** Options of some calls, with values, and the calls and encode forms that use them. */
const SOME: Record<string, { value: unknown; of: RegExp }> = {
  classOffset: { value: 0, of: /^(?!concreteLogProb)/ },
  logProbs: { value: true, of: /^(encode)?(sample|gumbelSoftmax)$/i },
  scores: { value: true, of: /^(encode)?sample$/i },
  bitmask: { value: new Int32Array(2), of: /^(encode)?sample$/i },
  bias: { value: new Float32Array(10), of: /^(encode)?sample$/i },
  penalties: { value: { tokens: new Int32Array(2) }, of: /^(encode)?sample$/i },
  gradTau: { value: true, of: /Backward/ },
  gradTemperature: { value: true, of: /Backward/ },
  logSamples: { value: true, of: /concreteLogProb|gumbelSoftmax/i },
  samples: { value: new Float32Array(40), of: /Backward|encodeGumbelSoftmax$/ },
  gradSamples: { value: new Float32Array(40), of: /encodeGumbelSoftmaxBackward/ },
  logits: { value: new Float32Array(10), of: /encode/ },
  indices: { value: new Int32Array(8), of: /encode(Sample|GumbelSoftmax$|GumbelGivenIndex)/ },
  statuses: { value: {}, of: /encode/ },
  gradLogits: { value: {}, of: /encodeGumbelSoftmaxBackward/ },
  noise: { value: {}, of: /encodeGumbelGivenIndex/ },
}

/** A name that a call does not use, a value, and the name that is meant, where one is near. */
export interface WrongName {
  name: string
  value: unknown
  meant?: string
}

/** Names that a call refuses: mistakes, options of nothing, and options of other calls. */
export function wrongNames(call: string): WrongName[] {
  const others = Object.entries(SOME).filter(([, { of }]) => !of.test(call))
  return [
    { name: 'temprature', value: 1, meant: 'temperature' },
    { name: 'batchsize', value: 2, meant: 'batchSize' },
    { name: 'num_classes', value: 5, meant: 'numClasses' },
    { name: 'numSample', value: 4, meant: 'numSamples' },
    { name: 'streamoffset', value: 0, meant: 'streamOffset' },
    { name: 'invalidRow', value: 'mark', meant: 'invalidRows' },
    { name: 'topN', value: 1 },
    { name: 'top_p', value: 0.9 },
    { name: 'powerPreference', value: 'low-power' },
    ...others.map(([name, { value }]) => ({ name, value })),
  ]
}

/** Fails unless a call, or a promise of one, is refused by a message that has the wrong name and the one that is meant. */
export async function expectNamed(call: () => unknown, { name, meant }: WrongName): Promise<void> {
  const error = await Promise.resolve()
    .then(call)
    .then(
      () => undefined,
      (reason: unknown) => reason as Error,
    )
  expect(error, `${name} was taken`).toBeDefined()
  expect([TypeError, RangeError], `${name}: ${error!.message}`).toContain(error!.constructor)
  expect(error!.message).toMatch(RegExp(`(^|\\W)${name}(\\W|$)`))
  if (meant) expect(error!.message).toMatch(RegExp(`(^|\\W)${meant}(\\W|$)`))
}
