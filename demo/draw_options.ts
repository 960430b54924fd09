import type { DecoderOptions } from 'gumbel-webgpu'
import type { Settings } from './settings'
import { Tokenizer } from './tokenizer'

/** What verses are drawn with; the prompt in ids. */
export interface DrawSettings extends Omit<Settings, 'prompt'> {
  /** What every text begins with. */
  prompt: readonly number[]
  /** One a text; by default their numbers from 0. */
  streams?: readonly number[]
}

/** The decoder of these verses: `<end>` closes a text, and fills it up. */
export function decoderOptions(settings: DrawSettings, numClasses: number): DecoderOptions {
  const { prompt, sequences, tokens, temperature, seed, streams, topK, topP, minP, repetitionPenalty } = settings
  return {
    batchSize: sequences,
    numClasses,
    maxTokens: tokens,
    temperature,
    seed,
    streams,
    topK,
    topP,
    minP,
    penalties: repetitionPenalty === 1 ? undefined : { repetition: repetitionPenalty },
    prompts: Array.from({ length: sequences }, () => prompt),
    stopTokens: [Tokenizer.END],
    padToken: Tokenizer.END,
  }
}
