/** Draws of this library in WebLLM, by its public hook, on the CPU. */

import type { LogitProcessor } from '@mlc-ai/web-llm'
import { type Penalties, type SampleCallOptions, sampleSync } from 'gumbel-webgpu'

/** What texts are drawn with, as in `sample`. */
export interface WebLlmDrawOptions extends Pick<
  SampleCallOptions,
  'seed' | 'tail' | 'temperature' | 'topK' | 'topP' | 'minP' | 'bias'
> {
  /** Tells texts of one seed apart. Default 0. */
  streams?: number | undefined
  /** Of tokens that were drawn since the last reset. */
  penalties?: Pick<Penalties, 'repetition' | 'frequency' | 'presence'> | undefined
}

const NAMES = ['seed', 'tail', 'temperature', 'topK', 'topP', 'minP', 'bias', 'streams', 'penalties']
/** So low that no temperature gives it a probability, and finite: shaders may assume that there are no infinities. */
const NEVER = -1e30

/**
 * A value of `logitProcessorRegistry`. WebLLM gives it the logits after a grammar's mask and before `logit_bias`, penalties, `temperature` and
 * `top_p`, and then can sample one token alone, so that those four have no effect: give them to this class.
 */
export class GumbelLogitProcessor implements LogitProcessor {
  /**
   * Step at which the next token is drawn. It counts tokens since the chat was reset; set it to 0 before a request that shall draw the same
   * again in a chat that goes on.
   */
  step = 0
  #options: WebLlmDrawOptions
  #tokens: number[] = []
  #drawn: number | undefined

  /** @throws TypeError naming an option that is not known; what is wrong with the others is thrown by the first draw */
  constructor(options: WebLlmDrawOptions) {
    for (const name in options)
      if (!NAMES.includes(name))
        throw new TypeError(`options.${name} is not known; options may have ${NAMES.join(', ')}`)
    this.#options = options
  }

  /** @throws RangeError or TypeError naming the option, InvalidRowsError */
  processLogits = (logits: Float32Array): Float32Array => {
    const { penalties, ...draws } = this.#options
    const { indices } = sampleSync(logits, {
      ...draws,
      batchSize: 1,
      numClasses: logits.length,
      step: this.step,
      ...(penalties && this.#tokens.length > 0
        ? { penalties: { ...penalties, tokens: Int32Array.from(this.#tokens) } }
        : {}),
    })
    this.#drawn = indices[0]
    return new Float32Array(logits.length).fill(NEVER).fill(0, indices[0], indices[0] + 1)
  }

  /** @throws Error where WebLLM took another token than was drawn */
  processSampledToken = (token: number): void => {
    if (token !== this.#drawn)
      throw new Error(`WebLLM took token ${token}, where ${this.#drawn} was drawn; logit_bias must not be set`)
    this.#tokens.push(token)
    this.step++
  }

  resetState = (): void => {
    this.step = 0
    this.#tokens = []
    this.#drawn = undefined
  }
}
