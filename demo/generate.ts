import type * as ort from 'onnxruntime-web/webgpu'
import { createDrawer } from './drawer'
import type { Engine } from './engine'
import { LanguageModel, type Step } from './language_model'
import { Tokenizer } from './tokenizer'

export interface GenerateOptions {
  /** What every text begins with. */
  prompt: readonly number[]
  sequences: number
  tokens: number
  temperature: number
  seed: bigint
  /** Ends the texts early, after the step under way. */
  signal?: AbortSignal
  /** Waits for the device after each part, so that `modelMs` and `samplerMs` are the whole of theirs and no more. */
  timed?: boolean
}

/** One more token of every text. */
export interface Token {
  /** Counts tokens from the end of the prompt. */
  step: number
  ids: Int32Array
  /** What `ids` were drawn from; valid until the next token is asked for. */
  logits: ort.Tensor
  modelMs: number
  samplerMs: number
}

/** Continues the prompt, token by token. Texts that have ended go on in the batch. */
export async function* generate(engine: Engine, options: GenerateOptions): AsyncGenerator<Token, void, void> {
  const { model, sampler, tokenizer } = engine
  const { sequences, signal, temperature, seed } = options
  const drawer = createDrawer(sampler, { batchSize: sequences, numClasses: tokenizer.size, temperature, seed })
  const settle = async () => {
    if (options.timed) await sampler.device?.queue.onSubmittedWorkDone()
  }
  let now: Step | undefined
  let modelMs = 0
  const advance = async (ids: ort.Tensor): Promise<void> => {
    const start = performance.now()
    now?.logits.dispose()
    now = await model.step(ids, now?.state ?? LanguageModel.start(sequences))
    await settle()
    modelMs = performance.now() - start
  }
  try {
    for (const id of [Tokenizer.END, ...options.prompt]) {
      if (signal?.aborted) return
      await advance(LanguageModel.ids(new Int32Array(sequences).fill(id)))
    }
    for (let step = 0; now && !signal?.aborted; step++) {
      const start = performance.now()
      await drawer.draw(now.logits, step)
      await settle()
      const samplerMs = performance.now() - start
      const ids = await drawer.read()
      const invalid = ids.indexOf(-1)
      if (invalid >= 0) throw new Error(`the model gave sequence ${invalid + 1} logits without a distribution`)
      yield { step, ids, logits: now.logits, modelMs, samplerMs }

      if (step + 1 === options.tokens) return
      await advance(drawer.ids)
    }
  } finally {
    now?.logits.dispose()
    now?.state.dispose()
    drawer.destroy()
  }
}
