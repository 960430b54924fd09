import {
  type GumbelSoftmaxCallOptions,
  type HostValues,
  InvalidRowsError,
  type InvalidRow,
  type Logits,
  type Sampler,
  type Values,
} from 'gumbel-webgpu'
import type { DrawCase, HostHalves } from './cases'

/** Arrays of a result by name, and its invalid rows as text: 'row reason, row reason'. */
export type Results = Record<string, Float32Array | Int32Array | Uint32Array | string>

/** Where the inputs of a call lie: turns what is in host memory into what the call is given. */
export type Place = (view: HostValues | HostHalves) => Logits & Values

/** Makes a call of the case. `place` puts its rows, host memory by default; given classes stay there. */
export async function run(
  sampler: Sampler,
  drawCase: DrawCase,
  place: Place = (view) => view as Logits & Values,
): Promise<Results> {
  try {
    return await called(sampler, drawCase, place)
  } catch (error) {
    if (error instanceof InvalidRowsError) return { rejected: textOf(error.rows) }
    throw error
  }
}

async function called(sampler: Sampler, drawCase: DrawCase, place: Place): Promise<Results> {
  const { options } = drawCase
  if (drawCase.operation === 'noise') return { noise: await sampler.noise(drawCase.kind as 'bits', options) }
  const logits = place(drawCase.logits)
  switch (drawCase.operation) {
    case 'sample':
      return resultsOf(await sampler.sample(logits, options))
    case 'gumbelSoftmax':
      return resultsOf(await sampler.gumbelSoftmax(logits, options as GumbelSoftmaxCallOptions))
    case 'gumbelSoftmaxBackward': {
      const { gradSamples, samples } = drawCase
      const asked = samples ? { ...options, samples: place(samples) } : options
      return resultsOf(await sampler.gumbelSoftmaxBackward(place(gradSamples), logits, asked))
    }
    case 'concreteLogProb':
      return { logDensities: await sampler.concreteLogProb(place(drawCase.samples), logits, options) }
    case 'gumbelGivenIndex': {
      const { noise, invalidRows } = await sampler.gumbelGivenIndex(logits, drawCase.indices, options)
      return resultsOf({ posteriorNoise: noise, invalidRows })
    }
  }
}

function resultsOf(result: object): Results {
  const entries = Object.entries(result).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    entries.map(([name, value]) => [name, name === 'invalidRows' ? textOf(value as InvalidRow[]) : value]),
  )
}

export function textOf(rows: readonly InvalidRow[]): string {
  return rows.map(({ row, reason }) => `${row} ${reason}`).join(', ')
}
