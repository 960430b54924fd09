/** Sequences on a device: their state lies in buffers there, and nothing is read that nobody asks for. */

import { BIAS, BITMASK, adjustedName, adjustmentsOf } from '../adjust/views'
import { callOf, recordingOf } from '../call'
import { settingsOf } from '../check_settings'
import { InvalidRowsError, invalidRowsOf } from '../errors'
import type { Context } from '../gpu/context'
import { encodeDispatches } from '../gpu/encode'
import type { Modules } from '../gpu/kernel'
import type { Dispatch } from '../gpu/plan'
import { record } from '../gpu/record'
import { sample } from '../operations/sample/operation'
import { type View, inBuffer, windowOf } from '../view'
import type { Logits } from '../options'
import { DecoderBuffers } from './buffers'
import type { Decoded, Decoder, NextOptions, RestartOptions } from './options'
import { type DrawnTokens, type Lists, NOTHING_APPENDED, decodedOf } from './sequences'
import { type DecoderSettings, appendedOf, decoderSettingsOf, nextOptionsOf, restartedOf } from './settings'

/** Words of `Config` in `shaders/decoder/config.wgsl` before the stop tokens. */
const CONFIG_WORDS = 8
/** Sections of `drawn`, in the order of `shaders/decoder/drawn.wgsl`: each begins at a block that bindings may begin at. */
const SECTIONS = ['indices', 'statuses', 'logProbs', 'flaw'] as const
const BLOCK_WORDS = 64

export class GpuDecoder implements Decoder {
  readonly indices: GPUBuffer
  readonly tokens: GPUBuffer
  readonly lengths: GPUBuffer
  readonly finished: GPUBuffer
  readonly tokenStride: number
  #context: Context
  #settings: DecoderSettings
  #buffers: DecoderBuffers
  #section: number
  #promptLengths: Int32Array<ArrayBuffer>
  /** What changes the logits of each token. */
  #changes: NextOptions

  constructor(context: Context, options: unknown) {
    this.#context = context
    this.#buffers = new DecoderBuffers(context.device)
    const settings = (this.#settings = decoderSettingsOf(options))
    const { batchSize, numClasses, maxTokens, stopTokens, int64, topCount } = settings
    this.tokenStride = settings.maxPromptTokens + maxTokens
    this.#section = Math.ceil(batchSize / BLOCK_WORDS) * BLOCK_WORDS
    this.#promptLengths = new Int32Array(batchSize)
    const rows = 4 * batchSize
    this.indices = this.#buffers.make('indices_kept', int64 ? 2 * rows : rows)
    this.tokens = this.#buffers.make('tokens_kept', rows * this.tokenStride)
    this.lengths = this.#buffers.make('lengths_kept', rows)
    this.finished = this.#buffers.make('finished', rows)
    this.#buffers.make('steps_kept', rows)
    this.#buffers.make('prompt_lengths', rows)
    this.#buffers.make('drawn', 4 * this.#section * SECTIONS.length)
    if (settings.logProbs) this.#buffers.make('log_probs_kept', rows * maxTokens)
    if (topCount > 0) {
      this.#buffers.make('top_drawn', 8 * this.#topSection)
      this.#buffers.make('top_kept', 2 * rows * maxTokens * topCount)
    }
    if (settings.minTokens > 0 && stopTokens.length > 0)
      this.#buffers.make('mask_out', rows * Math.ceil(numClasses / 32))
    const config = new Uint32Array(CONFIG_WORDS + Math.max(1, stopTokens.length))
    config.set([maxTokens, this.tokenStride, settings.padToken, int64 ? 2 : 1, settings.minTokens, settings.step])
    config.set([this.#section, stopTokens.length], 6)
    config.set(stopTokens, CONFIG_WORDS)
    this.#buffers.make('config', config.byteLength)
    this.#buffers.write('config', config)
    const { bitmask, bias } = settings.changes
    const kept = (view: View | undefined) => this.#buffers.uploaded(view, `kept ${view?.name}`)
    this.#changes = { bitmask: kept(bitmask), bias: kept(bias) } as NextOptions
    this.#begin({ rows: settings.prompts.map((_, r) => r), prompts: settings.prompts })
  }

  async next(logits: Logits, options?: NextOptions): Promise<Int32Array<ArrayBuffer>> {
    return (await this.draw(logits, options)).tokens
  }

  /** Words of `top_drawn` that one of its halves has. */
  get #topSection(): number {
    const { batchSize, topCount } = this.#settings
    return Math.ceil((batchSize * topCount) / BLOCK_WORDS) * BLOCK_WORDS
  }

  /** The same with log-probabilities and lists, where they are kept. All is submitted before the promise is returned. */
  async draw(logits: Logits, options?: NextOptions): Promise<DrawnTokens> {
    this.#context.check()
    const { batchSize, numClasses, int64 } = this.#settings
    const call = callOf(
      sample,
      { logits },
      { batchSize, numClasses, seed: 0, ...nextOptionsOf(options, this.#changes) },
    )
    return this.#context.guarded(async () => {
      const { device, staging } = this.#context
      const encoder = device.createCommandEncoder({ label: 'gumbel-webgpu decoder' })
      const at = (name: string) => this.#buffers.uploaded(call.inputs[name])
      this.#encodeDraw(encoder, at('logits')!, { bitmask: at(BITMASK), bias: at(BIAS) } as NextOptions)
      this.#encode(encoder, [
        this.#dispatch('judge', ['config', 'drawn', 'finished'], 1),
        ...this.#keepTop({ ALL_OR_NONE: 1 }),
        this.#appendDispatch({ constants: { ALL_OR_NONE: 1 } }),
      ])
      const drawnBytes = 4 * this.#section * SECTIONS.length
      const top = this.#buffers.named.get('top_drawn')
      const topBegin = drawnBytes + this.indices.size
      const bytes = topBegin + (top?.size ?? 0)
      const copy = staging.take(bytes)
      encoder.copyBufferToBuffer(this.#buffers.at('drawn'), 0, copy, 0, drawnBytes)
      encoder.copyBufferToBuffer(this.indices, 0, copy, drawnBytes, this.indices.size)
      if (top) encoder.copyBufferToBuffer(top, 0, copy, topBegin, top.size)
      device.queue.submit([encoder.finish()])
      return staging.read(copy, bytes, (mapped) => {
        const words = new Int32Array(mapped)
        const statuses = words.slice(this.#section, this.#section + batchSize)
        const invalid = invalidRowsOf(statuses, 1)
        if (invalid.length > 0) throw new InvalidRowsError(invalid, NOTHING_APPENDED, adjustedName(call.inputs))
        const stride = int64 ? 2 : 1
        return {
          tokens: Int32Array.from({ length: batchSize }, (_, r) => words[drawnBytes / 4 + r * stride]),
          logProbs: new Float32Array(mapped, 4 * SECTIONS.indexOf('logProbs') * this.#section, batchSize).slice(),
          lists: top && this.#listsIn(mapped.slice(topBegin)),
        }
      })
    })
  }

  encodeNext(encoder: GPUCommandEncoder, logits: Logits, options?: NextOptions): void {
    this.#context.check()
    if (!inBuffer(logits)) throw new TypeError('logits must be { buffer: GPUBuffer } to be recorded')
    this.#encodeDraw(encoder, logits, nextOptionsOf(options, this.#changes))
    this.#encode(encoder, [...this.#keepTop({}), this.#appendDispatch({})])
  }

  append(tokens: Int32Array, lengths?: ArrayLike<number>): void {
    this.#context.check()
    const given = appendedOf(this.#settings, tokens, lengths)
    if (given.room === 0) return
    const { device } = this.#context
    const { batchSize } = this.#settings
    const words = new Int32Array(batchSize + tokens.length)
    words.set(given.lengths)
    words.set(tokens, batchSize)
    this.#buffers.grow('given', words.byteLength)
    this.#buffers.write('given', words)
    const encoder = device.createCommandEncoder({ label: 'gumbel-webgpu decoder' })
    this.#encode(encoder, [
      this.#appendDispatch({
        modules: { 'decoder/tokens_drawn': 'decoder/tokens_given' },
        params: { rowsInStride: given.room },
        drawn: 'given',
      }),
    ])
    device.queue.submit([encoder.finish()])
  }

  restart(rows: ArrayLike<number>, options?: RestartOptions): void {
    this.#context.check()
    this.#begin(restartedOf(this.#settings, rows, options))
  }

  async read(): Promise<Decoded> {
    this.#context.check()
    return this.#context.guarded(async () => {
      const { device, staging } = this.#context
      const names = ['tokens_kept', 'lengths_kept', 'finished', 'log_probs_kept', 'top_kept'].filter((name) =>
        this.#buffers.named.has(name),
      )
      const parts = names.map((name) => this.#buffers.at(name))
      const bytes = parts.reduce((sum, { size }) => sum + size, 0)
      const copy = staging.take(bytes)
      const encoder = device.createCommandEncoder({ label: 'gumbel-webgpu decoder' })
      let at = 0
      const places = parts.map((buffer) => {
        encoder.copyBufferToBuffer(buffer, 0, copy, at, buffer.size)
        at += buffer.size
        return at - buffer.size
      })
      const promptLengths = this.#promptLengths.slice()
      device.queue.submit([encoder.finish()])
      return staging.read(copy, bytes, (mapped) => {
        const bytesOf = (name: string) => {
          const i = names.indexOf(name)
          return i < 0 ? new ArrayBuffer(0) : mapped.slice(places[i], places[i] + parts[i].size)
        }
        const words = (name: string) => new Int32Array(bytesOf(name))
        const [tokens, lengths, finished] = [words('tokens_kept'), words('lengths_kept'), words('finished')]
        const kept = { tokens, lengths, promptLengths, finished }
        const logProbs = new Float32Array(bytesOf('log_probs_kept'))
        return decodedOf(this.#settings, kept, this.tokenStride, logProbs, this.#listsIn(bytesOf('top_kept')))
      })
    })
  }

  destroy(): void {
    this.#buffers.destroy()
  }

  /** Draws from these logits into `drawn`. */
  #encodeDraw(encoder: GPUCommandEncoder, logits: unknown, { bitmask, bias }: NextOptions): void {
    const { batchSize, numClasses, seeds, streams, draws, penalties, logProbs, topCount } = this.#settings
    const at = (name: string) => ({ buffer: this.#buffers.at(name) })
    const allowed = this.#buffers.named.has('mask_out') ? this.#encodeBan(encoder, bitmask) : bitmask
    const into = (section: (typeof SECTIONS)[number]) => ({
      ...at('drawn'),
      offset: SECTIONS.indexOf(section) * this.#section,
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
              tokens: { ...at('tokens_kept'), length: this.tokenStride },
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
            topLogProbs: { ...at('top_drawn'), offset: this.#topSection, count: topCount },
          }
        : {}),
    })
    record(this.#context, encoder, recording)
  }

  /** The bitmask without stop tokens where they are banned. */
  #encodeBan(encoder: GPUCommandEncoder, bitmask: NextOptions['bitmask']): object {
    const { batchSize, numClasses } = this.#settings
    const words = Math.ceil(numClasses / 32)
    const dispatch = this.#dispatch('ban_stops', ['config', 'mask_out'], Math.ceil((batchSize * words) / 64))
    dispatch.bindings.steps_now = this.#buffers.whole('steps_kept')
    dispatch.params.classes = numClasses
    if (!bitmask) {
      this.#encode(encoder, [dispatch])
      return { buffer: this.#buffers.at('mask_out') }
    }
    const how = { onGpu: true, recorded: true }
    const view = adjustmentsOf({ batchSize, numClasses, given: { bitmask } }, how)[BITMASK]
    const { offset, size, begin } = windowOf(view, 0, view.rows)
    dispatch.kernel.modules = { 'decoder/all_allowed': 'decoder/given_allowed' }
    dispatch.bindings.mask_in = { of: 'mask_in', offset, size }
    Object.assign(dispatch.params, { rowsInOffset: begin, rowsInStride: view.rowStride })
    this.#encode(encoder, [dispatch], new Map([...this.#buffers.named, ['mask_in', view.buffer!]]))
    return { buffer: this.#buffers.at('mask_out') }
  }

  /** Lists in the halves of a buffer. */
  #listsIn(bytes: ArrayBuffer): Lists {
    const half = bytes.byteLength / 2
    return { indices: new Int32Array(bytes, 0, half / 4), logProbs: new Float32Array(bytes, half) }
  }

  /** Keeps what is listed of new tokens. */
  #keepTop(constants: Dispatch['kernel']['constants']): Dispatch[] {
    const { batchSize, topCount } = this.#settings
    if (topCount === 0) return []
    const names = ['config', 'drawn', 'finished', 'top_drawn', 'top_kept']
    const dispatch = this.#dispatch('keep_top', names, Math.ceil((batchSize * topCount) / 64))
    return [
      {
        ...dispatch,
        kernel: { ...dispatch.kernel, constants },
        params: { ...dispatch.params, topCount },
        bindings: { ...dispatch.bindings, steps_before: this.#buffers.whole('steps_kept') },
      },
    ]
  }

  #appendDispatch({
    modules = {},
    params = {},
    constants = {},
    drawn = 'drawn',
  }: {
    modules?: Dispatch['kernel']['modules']
    params?: Dispatch['params']
    constants?: Dispatch['kernel']['constants']
    drawn?: string
  }): Dispatch {
    const { batchSize, logProbs } = this.#settings
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
      bindings: { ...dispatch.bindings, drawn: this.#buffers.whole(drawn) },
    }
  }

  #dispatch(kernel: string, buffers: string[], workgroups: number): Dispatch {
    return {
      kernel: { name: `decoder/${kernel}`, modules: {}, constants: {} },
      params: { rows: this.#settings.batchSize },
      bindings: Object.fromEntries(buffers.map((name) => [name, this.#buffers.whole(name)])),
      workgroups,
      work: 0,
    }
  }

  #encode(
    encoder: GPUCommandEncoder,
    dispatches: Dispatch[],
    buffers: ReadonlyMap<string, GPUBuffer> = this.#buffers.named,
  ): void {
    this.#context.recording(encoder, (uniforms) =>
      encodeDispatches(this.#context, encoder, 'gumbel-webgpu decoder', dispatches, {
        buffers,
        settings: settingsOf({}, 1),
        uniforms,
      }),
    )
  }

  /** Writes where sequences begin. */
  #begin({ rows, prompts }: { rows: number[]; prompts: Int32Array[] }): void {
    const { batchSize, step, maxTokens, topCount } = this.#settings
    // As integers -1, as floats NaN.
    const nothing = new Int32Array(maxTokens * topCount).fill(-1)
    rows.forEach((row, i) => {
      this.#promptLengths[row] = prompts[i].length
      const length = Int32Array.of(prompts[i].length)
      this.#buffers.write('lengths_kept', length, row)
      this.#buffers.write('prompt_lengths', length, row)
      this.#buffers.write('steps_kept', Uint32Array.of(step), row)
      this.#buffers.write('finished', Uint32Array.of(0), row)
      if (topCount > 0)
        for (const half of [0, batchSize]) this.#buffers.write('top_kept', nothing, (half + row) * nothing.length)
      if (prompts[i].length > 0) this.#buffers.write('tokens_kept', Int32Array.from(prompts[i]), row * this.tokenStride)
    })
  }
}
