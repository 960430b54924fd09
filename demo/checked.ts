import { createSampler } from 'gumbel-webgpu'
import { backendName } from './backend_name'
import { decoderOptions } from './draw_options'
import { loadEngine, loadTokenizer } from './engine'
import { generate } from './generate'
import { parseSettings, type SettingsText } from './settings'
import { Tokenizer } from './tokenizer'

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

/** Writes verses, and draws each token again with a decoder on the CPU backend, from the same logits. */
export async function generateChecked(text: SettingsText): Promise<Report> {
  const parsed = parseSettings(text)
  const tokenizer = await loadTokenizer()
  const settings = { ...parsed, prompt: tokenizer.encode(parsed.prompt) }
  const engine = await loadEngine(tokenizer)
  const cpu = (await createSampler({ backend: 'cpu' })).createDecoder(decoderOptions(settings, tokenizer.size))

  const texts = Array.from({ length: settings.sequences }, () => [...settings.prompt])
  const modelMs: number[] = []
  const samplerMs: number[] = []
  let equal = 0
  let drawn = 0
  for await (const token of generate(engine, { ...settings, timed: true })) {
    const again = await cpu.next((await token.logits.getData()) as Float32Array)
    for (const [row, id] of token.ids.entries()) {
      const ended = token.step > 0 && texts[row].at(-1) === Tokenizer.END
      if (!ended && again[row] === id) equal++
      texts[row].push(id)
    }
    drawn += token.drawn
    modelMs.push(token.modelMs)
    samplerMs.push(token.samplerMs)
  }
  return {
    verses: texts.map((ids) => tokenizer.decode(ids)),
    backend: backendName(engine.sampler),
    modelMs: median(modelMs),
    samplerMs: median(samplerMs),
    equal,
    drawn,
  }
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}
