import type * as ort from 'onnxruntime-web/webgpu'
import { type DrawSettings, decoderOptions } from './draw_options'
import { createDrawer } from './drawer'
import type { Engine } from './engine'
import { LanguageModel, type Step } from './language_model'
import { Tokenizer } from './tokenizer'

export interface GenerateOptions extends DrawSettings {
  /** Ends the texts early, after the step under way. */
  signal?: AbortSignal
  /** Takes each state over in which the model made a token's logits, in the order of tokens; else states are freed. */
  keepState?: (state: ort.Tensor) => void
  /** Waits for the device after each part, so that `modelMs` and `samplerMs` are the whole of theirs and no more. */
  timed?: boolean
}

/** One more token of every text. */
export interface Token {
  /** Counts tokens from the end of the prompt. */
  step: number
  /** `<end>` from the token on that ends a text. */
  ids: Int32Array
  /** How many texts this token is new to: those that had not ended. */
  drawn: number
  /** What `ids` were drawn from; valid until the next token is asked for. */
  logits: ort.Tensor
  modelMs: number
  samplerMs: number
}

/** Continues the prompt, token by token, until every text has ended or has all its tokens. */
export async function* generate(engine: Engine, options: GenerateOptions): AsyncGenerator<Token, void, void> {
  const { model, sampler, tokenizer } = engine
  const { prompt, sequences, signal } = options
  const drawer = createDrawer(sampler, model.device, decoderOptions(options, tokenizer.size))
  const settle = async () => {
    if (options.timed) await sampler.device?.queue.onSubmittedWorkDone()
  }
  let now: Step | undefined
  let state = LanguageModel.start(sequences)
  let modelMs = 0
  const advance = async (ids: ort.Tensor, release = (used: ort.Tensor) => used.dispose()): Promise<void> => {
    const start = performance.now()
    now?.logits.dispose()
    now = undefined
    const before = state
    now = await model.step(ids, before)
    state = now.state
    release(before)
    await settle()
    modelMs = performance.now() - start
  }
  try {
    for (const id of [Tokenizer.END, ...prompt].slice(0, -1)) {
      if (signal?.aborted) return
      await advance(LanguageModel.ids(new Int32Array(sequences).fill(id)))
    }
    if (signal?.aborted) return
    await advance(LanguageModel.ids(new Int32Array(sequences).fill(prompt.at(-1) ?? Tokenizer.END)), options.keepState)
    const ended = new Uint8Array(sequences)
    for (let step = 0; now && !signal?.aborted; step++) {
      const start = performance.now()
      await drawer.draw(now.logits)
      await settle()
      const samplerMs = performance.now() - start
      const ids = await drawer.read()
      const drawn = ended.filter((each) => each === 0).length
      ids.forEach((id, row) => (ended[row] ||= Number(id === Tokenizer.END)))
      yield { step, ids, drawn, logits: now.logits, modelMs, samplerMs }

      if (step + 1 === options.tokens || ended.every((each) => each === 1)) return
      await advance(drawer.ids, options.keepState)
    }
  } finally {
    now?.logits.dispose()
    state.dispose()
    drawer.destroy()
  }
}
