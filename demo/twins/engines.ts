import { createSampler, type Sampler } from 'gumbel-webgpu'
import type { Engine } from '../engine'
import { LanguageModel } from '../language_model'
import { MODEL_URL } from '../model_files'
import type { Tokenizer } from '../tokenizer'

/** What the page's texts are drawn with. */
export interface Engines {
  cpu: Engine
  /** Draws by WebGPU: from the logits of the CPU's model, and from those of a model on the GPU. Undefined where there is no device. */
  gpu?: { alike: Engine; own: Engine }
  /** Why there is no device. */
  reason?: string
}

export async function loadEngines(tokenizer: Tokenizer): Promise<Engines> {
  const cpu = {
    sampler: await createSampler({ backend: 'cpu' }),
    model: await LanguageModel.load(MODEL_URL, undefined),
    tokenizer,
  }
  let sampler: Sampler
  try {
    sampler = await createSampler({ backend: 'webgpu' })
  } catch (error) {
    return { cpu, reason: error instanceof Error ? error.message : String(error) }
  }
  const model = await LanguageModel.load(MODEL_URL, sampler.device)
  return { cpu, gpu: { alike: { ...cpu, sampler }, own: { sampler, model, tokenizer } } }
}

/** Frees all of them, also where a device was lost. */
export async function freeEngines({ cpu, gpu }: Engines): Promise<void> {
  for (const { sampler, model } of gpu ? [cpu, gpu.own] : [cpu]) {
    sampler.destroy()
    await model.release().catch(() => undefined)
  }
}
