import { createSampler, type Sampler } from 'gumbel-webgpu'
import { LanguageModel } from './language_model'
import { MODEL_URL, TOKENS_URL } from './model_files'
import { Tokenizer } from './tokenizer'

/** What it takes to write verses: a model and a sampler, in the same place or the model in host memory, and the words. */
export interface Engine {
  sampler: Sampler
  model: LanguageModel
  tokenizer: Tokenizer
}

export function loadTokenizer(): Promise<Tokenizer> {
  return Tokenizer.load(TOKENS_URL)
}

/** On the GPU where there is one, else on the CPU. */
export async function loadEngine(tokenizer: Tokenizer): Promise<Engine> {
  const sampler = await createSampler()
  const model = await LanguageModel.load(MODEL_URL, sampler.device)
  return { sampler, model, tokenizer }
}
