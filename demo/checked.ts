import { createSampler } from 'gumbel-webgpu'
import { backendName } from './backend_name'
import { loadEngine, loadTokenizer } from './engine'
import { generate } from './generate'
import { parseSettings, type SettingsText } from './settings'

/** What `npm run generate` reports. */
export interface Report {
  verses: string[]
  backend: string
  /** Medians, milliseconds a step. */
  modelMs: number
  samplerMs: number
  /** Tokens that the CPU backend drew alike, of how many. */
  equal: number
  drawn: number
}

/** Writes verses, and draws each token again on the CPU backend, from the same logits. */
export async function generateChecked(text: SettingsText): Promise<Report> {
  const { prompt, sequences, tokens, temperature, seed } = parseSettings(text)
  const tokenizer = await loadTokenizer()
  const promptIds = tokenizer.encode(prompt)
  const engine = await loadEngine(tokenizer)
  const cpu = await createSampler({ backend: 'cpu' })

  const texts = Array.from({ length: sequences }, () => [...promptIds])
  const modelMs: number[] = []
  const samplerMs: number[] = []
  let equal = 0
  for await (const token of generate(engine, {
    prompt: promptIds,
    sequences,
    tokens,
    temperature,
    seed,
    timed: true,
  })) {
    const logits = (await token.logits.getData()) as Float32Array
    const { indices } = await cpu.sample(logits, {
      batchSize: sequences,
      numClasses: tokenizer.size,
      temperature,
      seed,
      step: token.step,
    })
    for (const [row, id] of token.ids.entries()) {
      texts[row].push(id)
      if (indices[row] === id) equal++
    }
    modelMs.push(token.modelMs)
    samplerMs.push(token.samplerMs)
  }
  return {
    verses: texts.map((ids) => tokenizer.decode(ids)),
    backend: backendName(engine.sampler),
    modelMs: median(modelMs),
    samplerMs: median(samplerMs),
    equal,
    drawn: sequences * tokens,
  }
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}
