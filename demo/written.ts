import type * as ort from 'onnxruntime-web/webgpu'
import type { DrawSettings } from './draw_options'
import type { Engine } from './engine'
import { LanguageModel } from './language_model'
import { type Odds, oddsOf } from './odds'
import { Tokenizer } from './tokenizer'
import type { Place } from './verses'

/**
 * What verses were written with. The logits of a draw are the model's once more, of the whole batch, so that they have the same bits: a
 * state takes 3 kB a token, the logits 55.
 */
export class Written {
  readonly #engine: Engine
  readonly #settings: DrawSettings
  /** What the model had read before the id that each token follows. */
  readonly #states: ort.Tensor[] = []
  readonly #ids: Int32Array[] = []
  #last: Promise<unknown> = Promise.resolve()

  constructor(engine: Engine, settings: DrawSettings) {
    this.#engine = engine
    this.#settings = settings
  }

  /** As `generate` calls it. */
  readonly keepState = (state: ort.Tensor): void => {
    this.#states.push(state)
  }

  append(ids: Int32Array): void {
    this.#ids.push(ids)
  }

  get tokenizer(): Tokenizer {
    return this.#engine.tokenizer
  }

  idAt({ row, step }: Place): number {
    return this.#ids[step][row]
  }

  /** The odds of a word that was appended. */
  oddsAt(place: Place): Promise<Odds> {
    const { prompt } = this.#settings
    const history = [...prompt, ...this.#ids.slice(0, place.step).map((ids) => ids[place.row])]
    const odds = this.#last.then(async () => oddsOf(await this.#logitsAt(place), this.#settings, history, place))
    this.#last = odds.catch(() => undefined)
    return odds
  }

  /** Frees the states, once no odds are being made of them. */
  async free(): Promise<void> {
    await this.#last
    for (const state of this.#states.splice(0)) state.dispose()
  }

  async #logitsAt({ row, step }: Place): Promise<Float32Array> {
    const { prompt, sequences } = this.#settings
    const { model, tokenizer } = this.#engine
    const before = this.#ids[step - 1] ?? new Int32Array(sequences).fill(prompt.at(-1) ?? Tokenizer.END)
    const { logits, state } = await model.step(LanguageModel.ids(before), this.#states[step])
    state.dispose()
    try {
      const all = (await logits.getData()) as Float32Array
      return all.slice(row * tokenizer.size, (row + 1) * tokenizer.size)
    } finally {
      logits.dispose()
    }
  }
}
