import { createSampler, type Sampler } from 'gumbel-webgpu'
import { LanguageModel } from './language_model'
import { Tokenizer } from './tokenizer'

const FILES = `${import.meta.env.BASE_URL}kjv/`

/** What it takes to write verses: a model and a sampler in the same place, and the words. */
export interface Engine {
  sampler: Sampler
  model: LanguageModel
  tokenizer: Tokenizer
}

export function loadTokenizer(): Promise<Tokenizer> {
  return Tokenizer.load(`${FILES}tokens.json`)
}

/** On the GPU where there is one, else on the CPU. */
export async function loadEngine(tokenizer: Tokenizer): Promise<Engine> {
  const sampler = await createSampler()
  const model = await LanguageModel.load(`${FILES}model.onnx`, sampler.device)
  return { sampler, model, tokenizer }
}
