/** Records what a decoder does with a token: draws it, judges it, appends it. */

import { BITMASK, adjustmentsOf } from '../adjust/views'
import { recordingOf } from '../call'
import { settingsOf } from '../check_settings'
import type { Context } from '../gpu/context'
import { encodeDispatches } from '../gpu/encode'
import type { Modules } from '../gpu/kernel'
import type { Dispatch } from '../gpu/plan'
import { record } from '../gpu/record'
import { sample } from '../operations/sample/operation'
import { windowOf } from '../view'
import type { NextOptions } from './options'
import type { DecoderState, Section } from './state'

export class DecoderSteps {
  #context: Context
  #state: DecoderState

  constructor(context: Context, state: DecoderState) {
    this.#context = context
    this.#state = state
  }

  /** Draws from logits of a buffer into `drawn`. */
  draw(encoder: GPUCommandEncoder, logits: unknown, { bitmask, bias }: NextOptions): void {
    const { buffers, settings, tokenStride, topSection } = this.#state
    const { batchSize, numClasses, seeds, streams, draws, penalties, logProbs, topCount } = settings
    const at = (name: string) => ({ buffer: buffers.at(name) })
    const allowed = buffers.named.has('mask_out') ? this.#ban(encoder, bitmask) : bitmask
    const into = (section: Section) => ({
      ...at('drawn'),
      offset: this.#state.sectionAt(section),
    })
    const recording = recordingOf(sample, {
      ...draws,
      batchSize,
      numClasses,
      seed: seeds,
      streams,
      step: at('steps_kept'),
      logits,
      bitmask: allowed,
      bias,
      ...(penalties
        ? {
            penalties: {
              ...penalties,
              tokens: { ...at('tokens_kept'), length: tokenStride },
              lengths: at('lengths_kept'),
              promptLengths: at('prompt_lengths'),
            },
          }
        : {}),
      indices: into('indices'),
      statuses: into('statuses'),
      ...(logProbs ? { logProbs: { ...into('logProbs'), of: logProbs === 'raw' ? 'raw' : 'drawn' } } : {}),
      ...(topCount > 0
        ? {
            topIndices: at('top_drawn'),
            topLogProbs: { ...at('top_drawn'), offset: topSection, count: topCount },
          }
        : {}),
    })
    record(this.#context, encoder, recording)
  }

  /** Appends what was drawn; of all sequences or of none where a row without a distribution is to be an error. */
  append(encoder: GPUCommandEncoder, { allOrNone }: { allOrNone: boolean }): void {
    const constants: Dispatch['kernel']['constants'] = allOrNone ? { ALL_OR_NONE: 1 } : {}
    this.#encode(encoder, [
      ...(allOrNone ? [this.#dispatch('judge', ['config', 'drawn', 'finished'], 1)] : []),
      ...this.#keepTop(constants),
      this.#append({ constants }),
    ])
  }

  /** Appends the tokens that `given` has: `room` of each sequence, of which its length counts. */
  appendGiven(encoder: GPUCommandEncoder, room: number): void {
    this.#encode(encoder, [
      this.#append({
        modules: { 'decoder/tokens_drawn': 'decoder/tokens_given' },
        params: { rowsInStride: room },
        drawn: 'given',
      }),
    ])
  }

  /** The bitmask without stop tokens where they are banned. */
  #ban(encoder: GPUCommandEncoder, bitmask: NextOptions['bitmask']): object {
    const { buffers, settings } = this.#state
    const { batchSize, numClasses } = settings
    const words = Math.ceil(numClasses / 32)
    const dispatch = this.#dispatch('ban_stops', ['config', 'mask_out'], Math.ceil((batchSize * words) / 64))
    dispatch.bindings.steps_now = buffers.whole('steps_kept')
    dispatch.params.classes = numClasses
    if (!bitmask) {
      this.#encode(encoder, [dispatch])
      return { buffer: buffers.at('mask_out') }
    }
    const how = { onGpu: true, recorded: true }
    const view = adjustmentsOf({ batchSize, numClasses, given: { bitmask } }, how)[BITMASK]
    const { offset, size, begin } = windowOf(view, 0, view.rows)
    dispatch.kernel.modules = { 'decoder/all_allowed': 'decoder/given_allowed' }
    dispatch.bindings.mask_in = { of: 'mask_in', offset, size }
    Object.assign(dispatch.params, { rowsInOffset: begin, rowsInStride: view.rowStride })
    this.#encode(encoder, [dispatch], new Map([...buffers.named, ['mask_in', view.buffer!]]))
    return { buffer: buffers.at('mask_out') }
  }

  /** Keeps what is listed of new tokens. */
  #keepTop(constants: Dispatch['kernel']['constants']): Dispatch[] {
    const { batchSize, topCount } = this.#state.settings
    if (topCount === 0) return []
    const names = ['config', 'drawn', 'finished', 'top_drawn', 'top_kept']
    const dispatch = this.#dispatch('keep_top', names, Math.ceil((batchSize * topCount) / 64))
    return [
      {
        ...dispatch,
        kernel: { ...dispatch.kernel, constants },
        params: { ...dispatch.params, topCount },
        bindings: { ...dispatch.bindings, steps_before: this.#state.buffers.whole('steps_kept') },
      },
    ]
  }

  #append({
    modules = {},
    params = {},
    constants = {},
    drawn = 'drawn',
  }: {
    modules?: Modules
    params?: Dispatch['params']
    constants?: Dispatch['kernel']['constants']
    drawn?: string
  }): Dispatch {
    const { batchSize, logProbs } = this.#state.settings
    const names = ['config', 'finished', 'tokens_kept', 'lengths_kept', 'steps_kept', 'indices_kept']
    const dispatch = this.#dispatch(
      'append',
      [...names, ...(logProbs ? ['log_probs_kept'] : [])],
      Math.ceil(batchSize / 64),
    )
    const keep: Modules = logProbs ? {} : { 'decoder/keep_log_probs': 'decoder/no_keep_log_probs' }
    return {
      ...dispatch,
      kernel: { ...dispatch.kernel, modules: { ...modules, ...keep }, constants },
      params: { ...dispatch.params, ...params },
      bindings: { ...dispatch.bindings, drawn: this.#state.buffers.whole(drawn) },
    }
  }

  #dispatch(kernel: string, buffers: string[], workgroups: number): Dispatch {
    return {
      kernel: { name: `decoder/${kernel}`, modules: {}, constants: {} },
      params: { rows: this.#state.settings.batchSize },
      bindings: Object.fromEntries(buffers.map((name) => [name, this.#state.buffers.whole(name)])),
      workgroups,
      work: 0,
    }
  }

  #encode(
    encoder: GPUCommandEncoder,
    dispatches: Dispatch[],
    buffers: ReadonlyMap<string, GPUBuffer> = this.#state.buffers.named,
  ): void {
    this.#context.recording(encoder, (uniforms) =>
      encodeDispatches(this.#context, encoder, 'gumbel-webgpu decoder', dispatches, {
        buffers,
        settings: settingsOf({}, 1),
        uniforms,
      }),
    )
  }
}
