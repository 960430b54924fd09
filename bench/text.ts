/** Tokens a second of a GPT-2 on the GPU: transformers.js's own sampling, this library in it, and a loop that keeps all on the GPU. */
import { AutoModelForCausalLM, LogitsProcessorList, Tensor } from '@huggingface/transformers'
import { createSampler } from 'gumbel-webgpu'
import { GumbelLogitsProcessor, generate } from 'gumbel-webgpu/transformers'
import { writeTexts } from '../examples/onnxruntime'
import { END, loadModel, loadSession } from '../test/helpers/gpt2'

export interface TextSpeed {
  name: string
  /** Tokens a second of each round, of all rows together. */
  rates: number[]
}

/** Writes `batch` texts of `tokens` tokens with each contender in turn, `rounds` times after one to warm up. No text ends before. */
export async function runText(batch: number, tokens: number, rounds: number): Promise<TextSpeed[]> {
  const sampler = await createSampler({ backend: 'webgpu' })
  const { device } = sampler
  const own = await AutoModelForCausalLM.from_pretrained('kjv-gpt2', { dtype: 'fp32', device: 'webgpu' })
  const model = await loadModel(device)
  const step = await loadSession(device, { fixed: { batch, steps: 1 } })

  const column = (value: bigint) => new Tensor('int64', Array<bigint>(batch).fill(value), [batch, 1])
  const inputs = () => ({ input_ids: column(BigInt(END)), attention_mask: column(1n) })
  const length = { max_new_tokens: tokens, min_new_tokens: tokens }
  const draws = { seed: 42n, temperature: 0.8, topK: 40, topP: 0.95 }
  const processors = () => {
    const list = new LogitsProcessorList()
    list.push(new GumbelLogitsProcessor(draws))
    return list
  }
  const prompts = Array.from({ length: batch }, () => [END])
  const contenders: Record<string, () => Promise<unknown>> = {
    'transformers.js, do_sample, top_k 40': () =>
      own.generate({ ...inputs(), ...length, do_sample: true, temperature: 0.8, top_k: 40 }),
    'transformers.js, GumbelLogitsProcessor, k 40, p 0.95': () =>
      own.generate({ ...inputs(), ...length, logits_processor: processors() }),
    'generate(), k 40, p 0.95': () => generate(model, { ...inputs(), ...length, ...draws, sampler }),
    'onnxruntime-web, all on the GPU, k 40, p 0.95': () =>
      writeTexts({ step }, sampler, { ...draws, prompts, maxTokens: tokens }),
  }
  const speeds = Object.keys(contenders).map((name): TextSpeed => ({ name, rates: [] }))
  for (let round = 0; round <= rounds; round++)
    for (const { name, rates } of speeds) {
      const start = performance.now()
      await contenders[name]()
      if (round > 0) rates.push((1000 * batch * tokens) / (performance.now() - start))
    }
  await Promise.all([own.dispose(), model.dispose(), step.release()])
  sampler.destroy()
  return speeds
}
