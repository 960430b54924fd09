/** Rows of one generation: what each has, whether it has ended, and what is drawn for it. */

import type { GenerationConfig, StoppingCriteria, StoppingCriteriaList, Tensor } from '@huggingface/transformers'
import type { Decoder, DecoderOptions, Sampler } from 'gumbel-webgpu'
import { logitsOf } from './onnxruntime'

/** Processors of transformers.js, which change scores, `[batch, vocabulary]`, by the ids of each row. */
export type Processors = ((ids: bigint[][], scores: Tensor) => Tensor) & { processors: readonly unknown[] }
export type Criterion = StoppingCriteria | StoppingCriteriaList
type Draws = Pick<DecoderOptions, 'seed' | 'streams' | 'step' | 'tail' | 'temperature' | 'topK' | 'topP' | 'minP'>

export class Rows {
  /** Ids of each row, prompt and padding among them; transformers.js appends to them. */
  history: bigint[][] = []
  /** 0 at the ids drawn last, -Infinity elsewhere, `[batch, vocabulary]`: what a greedy search then takes. */
  scores: Tensor | undefined
  #sampler: Sampler
  #draws: Draws
  #criteria: readonly Criterion[]
  #attention: Tensor | undefined
  #config: GenerationConfig | undefined
  #masks: Processors | undefined
  #blank: Tensor | undefined
  #decoder: Decoder | undefined
  #ended: boolean[] = []

  /** @param attention which of the prompts' ids are no padding, where it is known */
  constructor(sampler: Sampler, draws: Draws, criteria: readonly Criterion[], attention: Tensor | undefined) {
    this.#sampler = sampler
    this.#draws = draws
    this.#criteria = criteria
    this.#attention = attention
  }

  /** @param masks what bans classes, whatever their logits are */
  begin(config: GenerationConfig, masks: Processors): void {
    this.#config = config
    this.#masks = masks
  }

  /** Draws a class of each row at the last position of `logits`. */
  async draw(logits: Tensor): Promise<void> {
    if (!this.#config || !this.#masks)
      throw new Error(
        'generate() of gumbel-webgpu/transformers needs transformers.js 4.3: this version generates otherwise',
      )
    const { logits: rows, batchSize, numClasses } = logitsOf(logits.ort_tensor)
    const TensorClass = logits.constructor as typeof Tensor
    const { pad_token_id, max_length } = this.#config
    const pad = pad_token_id ?? this.#stops()[0] ?? 0
    this.#decoder ??= this.#sampler.createDecoder({
      ...this.#draws,
      ...this.#penalties(),
      batchSize,
      numClasses,
      maxTokens: Math.max(1, max_length - this.history[0].length),
      stopTokens: this.#stops().filter((id) => id < numClasses),
      padToken: pad,
    })
    const ids = await this.#decoder.next(rows, { bitmask: this.#bitmask(TensorClass, batchSize, numClasses) })

    // Ids of padding may be none of the vocabulary.
    const width = Math.max(numClasses, pad + 1)
    this.scores ??= new TensorClass('float32', new Float32Array(batchSize * width), [batchSize, width])
    const scores = this.scores.data as Float32Array
    scores.fill(-Infinity)
    ids.forEach((id, r) => (scores[r * width + (this.#ended[r] ? pad : id)] = 0))
  }

  /** Whether each row has ended, with the ids that were appended last. */
  ended(): boolean[] {
    const stops = this.#stops()
    const found = [
      this.history.map((ids) => stops.includes(Number(ids.at(-1)))),
      ...this.#criteria.map((each): boolean[] => each(this.history)),
    ]
    this.#ended = this.history.map((_, r) => this.#ended[r] || found.some((each) => each[r]))
    return this.#ended
  }

  destroy(): void {
    this.#decoder?.destroy()
  }

  #stops(): number[] {
    return [this.#config?.eos_token_id ?? []].flat()
  }

  /** The penalty of repetition looks at prompts without their padding, so that a row's text does not depend on others. */
  #penalties(): Pick<DecoderOptions, 'penalties' | 'prompts'> {
    const repetition = this.#config?.repetition_penalty ?? 1
    if (repetition === 1) return {}
    const length = this.history[0].length
    const seen = this.#attention?.dims[1] === length ? this.#attention.data : undefined
    const prompts = this.history.map((ids, r) => ids.filter((_, i) => !seen || Number(seen[r * length + i]) === 1))
    return { penalties: { repetition }, prompts: prompts.map((ids) => ids.map(Number)) }
  }

  /** What processors leave of scores of 0, a bit a class. */
  #bitmask(TensorClass: typeof Tensor, batchSize: number, numClasses: number): Int32Array | undefined {
    if (this.#masks!.processors.length === 0) return undefined
    const shape = [batchSize, numClasses]
    this.#blank ??= new TensorClass('float32', new Float32Array(batchSize * numClasses), shape)
    ;(this.#blank.data as Float32Array).fill(0)
    const left = this.#masks!(this.history, this.#blank).data as Float32Array
    const words = Math.ceil(numClasses / 32)
    const mask = new Int32Array(batchSize * words).fill(-1)
    for (let i = 0; i < left.length; i++) {
      if (left[i] !== -Infinity) continue
      const [row, column] = [Math.floor(i / numClasses), i % numClasses]
      mask[row * words + (column >>> 5)] &= ~(1 << (column & 31))
    }
    return mask
  }
}
