/** A GPT-2 by transformers.js, with this library's draws. Only pages that use it load it, as its runtime is large. */
import { AutoModelForCausalLM, type PreTrainedModel, Tensor, env } from '@huggingface/transformers'
import { createSampler, type Sampler } from 'gumbel-webgpu'
import { generate, gpuSession } from 'gumbel-webgpu/transformers'
import type { DrawSettings } from './draw_options'
import { GPT2_CONFIG_URL } from './model_files'
import type { Drawn, Writer } from './models'
import { SettingError } from './settings'
import { Tokenizer } from './tokenizer'

// The model's files and the runtime's are this site's own.
const folder = new URL('.', new URL(GPT2_CONFIG_URL, location.href))
env.allowLocalModels = true
env.allowRemoteModels = false
env.localModelPath = new URL('..', folder).href
env.useBrowserCache = false
env.backends.onnx.logLevel = 'error' // A note that shape operations run on the CPU is harmless.
env.backends.onnx.wasm!.wasmPaths = undefined

export class Gpt2 implements Writer {
  readonly sampler: Sampler
  readonly #model: PreTrainedModel

  private constructor(sampler: Sampler, model: PreTrainedModel) {
    this.sampler = sampler
    this.#model = model
  }

  /** On the GPU where there is one, else on the CPU. */
  static async load(): Promise<Gpt2> {
    const sampler = await createSampler()
    const place = sampler.device
      ? { session_options: { ...gpuSession(sampler.device), logSeverityLevel: 3 as const } }
      : { device: 'wasm' as const }
    const name = folder.pathname.split('/').at(-2)!
    return new Gpt2(sampler, await AutoModelForCausalLM.from_pretrained(name, { dtype: 'fp32', ...place }))
  }

  async write(settings: DrawSettings, signal: AbortSignal, onToken: (token: Drawn) => void): Promise<void> {
    const { sequences, tokens, repetitionPenalty, seed, temperature, topK, topP, minP } = settings
    const prompt = [Tokenizer.END, ...settings.prompt]
    this.#checkLength(prompt.length, tokens)
    const int64 = (row: readonly number[]) =>
      new Tensor('int64', BigInt64Array.from(Array(sequences).fill(row).flat(), BigInt), [sequences, row.length])
    await generate(this.#withPauses(), {
      input_ids: int64(prompt),
      attention_mask: int64(prompt.map(() => 1)),
      sampler: this.sampler,
      seed,
      temperature,
      topK,
      topP,
      minP,
      max_new_tokens: tokens,
      repetition_penalty: repetitionPenalty,
      stopping_criteria: () => Array<boolean>(sequences).fill(signal.aborted),
      streamer: new Streamer(sequences, onToken),
    })
  }

  async release(): Promise<void> {
    await this.#model.dispose()
  }

  /** @throws SettingError: the last token is drawn, and not read */
  #checkLength(prompt: number, tokens: number): void {
    const { n_positions: positions } = this.#model.config as unknown as { n_positions: number }
    const most = positions + 1 - prompt
    const allowed = `at most ${most} after this prompt, as the GPT-2 reads ${positions} tokens`
    if (tokens > most) throw new SettingError('tokens', String(tokens), allowed)
  }

  /** The model, which leaves the page time to paint and to hear its buttons before each token. */
  #withPauses(): PreTrainedModel {
    const model = this.#model
    const forward = async (inputs: unknown) => {
      await new Promise((done) => setTimeout(done))
      return model.forward(inputs)
    }
    return Object.assign(Object.create(model), { forward })
  }
}

/** What transformers.js gives its tokens to: the prompts first, then an id of each text at a time. */
class Streamer {
  readonly #onToken: (token: Drawn) => void
  readonly #ended: boolean[]
  #step = -1

  constructor(sequences: number, onToken: (token: Drawn) => void) {
    this.#onToken = onToken
    this.#ended = Array<boolean>(sequences).fill(false)
  }

  put(rows: bigint[][]): void {
    const step = this.#step++
    if (step < 0) return
    const ids = Int32Array.from(rows, ([id]) => Number(id))
    const drawn = this.#ended.filter((each) => !each).length
    ids.forEach((id, row) => (this.#ended[row] ||= id === Tokenizer.END))
    this.#onToken({ step, ids, drawn })
  }

  end(): void {}
}
