/** The state of sequences on a device, and how its buffers are laid out. */

import type { View } from '../view'
import { DecoderBuffers } from './buffers'
import type { DecoderSettings, Restarted } from './settings'

/** Words of `Config` in `shaders/decoder/config.wgsl` before the stop tokens. */
const CONFIG_WORDS = 8
/** Sections of `drawn`, in the order of `shaders/decoder/drawn.wgsl`: each begins at a block that bindings may begin at. */
const SECTIONS = ['indices', 'statuses', 'logProbs', 'flaw'] as const
const BLOCK_WORDS = 64

export type Section = (typeof SECTIONS)[number]

export class DecoderState {
  readonly settings: DecoderSettings
  readonly buffers: DecoderBuffers
  readonly tokenStride: number
  /** Words of a section of `drawn`. */
  readonly section: number
  /** Words of `top_drawn` that one of its halves has. */
  readonly topSection: number
  readonly promptLengths: Int32Array<ArrayBuffer>

  constructor(device: GPUDevice, settings: DecoderSettings) {
    const { batchSize, numClasses, maxTokens, stopTokens, int64, topCount } = settings
    this.settings = settings
    this.buffers = new DecoderBuffers(device)
    this.tokenStride = settings.maxPromptTokens + maxTokens
    this.section = blocksOf(batchSize)
    this.topSection = blocksOf(batchSize * topCount)
    this.promptLengths = new Int32Array(batchSize)
    const make = (name: string, words: number) => this.buffers.make(name, 4 * words)
    make('indices_kept', int64 ? 2 * batchSize : batchSize)
    make('tokens_kept', batchSize * this.tokenStride)
    for (const name of ['lengths_kept', 'finished', 'steps_kept', 'prompt_lengths']) make(name, batchSize)
    make('drawn', this.section * SECTIONS.length)
    if (settings.logProbs) make('log_probs_kept', batchSize * maxTokens)
    if (topCount > 0) {
      make('top_drawn', 2 * this.topSection)
      make('top_kept', 2 * batchSize * maxTokens * topCount)
    }
    if (settings.minTokens > 0 && stopTokens.length > 0) make('mask_out', batchSize * Math.ceil(numClasses / 32))
    const config = new Uint32Array(CONFIG_WORDS + Math.max(1, stopTokens.length))
    config.set([maxTokens, this.tokenStride, settings.padToken, int64 ? 2 : 1, settings.minTokens, settings.step])
    config.set([this.section, stopTokens.length], 6)
    config.set(stopTokens, CONFIG_WORDS)
    make('config', config.length)
    this.buffers.write('config', config)
    this.begin({ rows: settings.prompts.map((_, r) => r), prompts: settings.prompts })
  }

  /** The word of `drawn` at which a section begins. */
  sectionAt(name: Section): number {
    return SECTIONS.indexOf(name) * this.section
  }

  /** Where a bitmask or a bias lies that every token has. */
  kept(view: View | undefined): object | undefined {
    return this.buffers.uploaded(view, `kept ${view?.name}`)
  }

  /** Writes where sequences begin. */
  begin({ rows, prompts }: Restarted): void {
    const { batchSize, step, maxTokens, topCount } = this.settings
    // As integers -1, as floats NaN.
    const nothing = new Int32Array(maxTokens * topCount).fill(-1)
    rows.forEach((row, i) => {
      this.promptLengths[row] = prompts[i].length
      const length = Int32Array.of(prompts[i].length)
      this.buffers.write('lengths_kept', length, row)
      this.buffers.write('prompt_lengths', length, row)
      this.buffers.write('steps_kept', Uint32Array.of(step), row)
      this.buffers.write('finished', Uint32Array.of(0), row)
      if (topCount > 0)
        for (const half of [0, batchSize]) this.buffers.write('top_kept', nothing, (half + row) * nothing.length)
      if (prompts[i].length > 0) this.buffers.write('tokens_kept', Int32Array.from(prompts[i]), row * this.tokenStride)
    })
  }
}

/** Words of as many blocks as hold `words`. */
function blocksOf(words: number): number {
  return Math.ceil(words / BLOCK_WORDS) * BLOCK_WORDS
}
