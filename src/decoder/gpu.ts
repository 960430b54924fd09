/** Sequences on a device: their state lies in buffers there, and nothing is read that nobody asks for. */

import { BIAS, BITMASK, adjustedName } from '../adjust/views'
import { callOf } from '../call'
import { InvalidRowsError, invalidRowsOf } from '../errors'
import type { Context } from '../gpu/context'
import { sample } from '../operations/sample/operation'
import { inBuffer } from '../view'
import type { Logits } from '../options'
import type { Decoded, Decoder, NextOptions, RestartOptions } from './options'
import { type DrawnTokens, type Lists, NOTHING_APPENDED, decodedOf } from './sequences'
import { appendedOf, decoderSettingsOf, nextOptionsOf, restartedOf } from './settings'
import { DecoderState, type Section } from './state'
import { DecoderSteps } from './steps'

export class GpuDecoder implements Decoder {
  readonly indices: GPUBuffer
  readonly tokens: GPUBuffer
  readonly lengths: GPUBuffer
  readonly finished: GPUBuffer
  readonly tokenStride: number
  #context: Context
  #state: DecoderState
  #steps: DecoderSteps
  /** What changes the logits of each token. */
  #changes: NextOptions

  constructor(context: Context, options: unknown) {
    this.#context = context
    const settings = decoderSettingsOf(options)
    this.#state = new DecoderState(context.device, settings)
    this.#steps = new DecoderSteps(context, this.#state)
    const { buffers, tokenStride } = this.#state
    this.indices = buffers.at('indices_kept')
    this.tokens = buffers.at('tokens_kept')
    this.lengths = buffers.at('lengths_kept')
    this.finished = buffers.at('finished')
    this.tokenStride = tokenStride
    const { bitmask, bias } = settings.changes
    this.#changes = { bitmask: this.#state.kept(bitmask), bias: this.#state.kept(bias) } as NextOptions
  }

  async next(logits: Logits, options?: NextOptions): Promise<Int32Array<ArrayBuffer>> {
    return (await this.draw(logits, options)).tokens
  }

  /** The same with log-probabilities and lists, where they are kept. All is submitted before the promise is returned. */
  async draw(logits: Logits, options?: NextOptions): Promise<DrawnTokens> {
    this.#context.check()
    const { batchSize, numClasses, int64 } = this.#state.settings
    const call = callOf(
      sample,
      { logits },
      { batchSize, numClasses, seed: 0, ...nextOptionsOf(options, this.#changes) },
    )
    return this.#context.guarded(async () => {
      const { buffers } = this.#state
      const at = (name: string) => buffers.uploaded(call.inputs[name])
      const logitsAt = at('logits')!
      const changes = { bitmask: at(BITMASK), bias: at(BIAS) } as NextOptions
      const top = buffers.named.get('top_drawn')
      const copied = await this.#readBack([buffers.at('drawn'), this.indices, ...(top ? [top] : [])], (encoder) => {
        this.#steps.draw(encoder, logitsAt, changes)
        this.#steps.append(encoder, { allOrNone: true })
      })
      const [drawn, indices, lists] = copied
      const section = (name: Section) => 4 * this.#state.sectionAt(name)
      const statuses = new Int32Array(drawn, section('statuses'), batchSize)
      const invalid = invalidRowsOf(statuses, 1)
      if (invalid.length > 0) throw new InvalidRowsError(invalid, NOTHING_APPENDED, adjustedName(call.inputs))
      const words = new Int32Array(indices)
      return {
        tokens: Int32Array.from({ length: batchSize }, (_, r) => words[int64 ? 2 * r : r]),
        logProbs: new Float32Array(drawn, section('logProbs'), batchSize).slice(),
        lists: lists && listsIn(lists),
      }
    })
  }

  encodeNext(encoder: GPUCommandEncoder, logits: Logits, options?: NextOptions): void {
    this.#context.check()
    if (!inBuffer(logits)) throw new TypeError('logits must be { buffer: GPUBuffer } to be recorded')
    this.#steps.draw(encoder, logits, nextOptionsOf(options, this.#changes))
    this.#steps.append(encoder, { allOrNone: false })
  }

  append(tokens: Int32Array, lengths?: ArrayLike<number>): void {
    this.#context.check()
    const { buffers, settings } = this.#state
    const given = appendedOf(settings, tokens, lengths)
    if (given.room === 0) return
    const { device } = this.#context
    const words = new Int32Array(settings.batchSize + tokens.length)
    words.set(given.lengths)
    words.set(tokens, settings.batchSize)
    buffers.grow('given', words.byteLength)
    buffers.write('given', words)
    const encoder = device.createCommandEncoder({ label: 'gumbel-webgpu decoder' })
    this.#steps.appendGiven(encoder, given.room)
    device.queue.submit([encoder.finish()])
  }

  restart(rows: ArrayLike<number>, options?: RestartOptions): void {
    this.#context.check()
    this.#state.begin(restartedOf(this.#state.settings, rows, options))
  }

  async read(): Promise<Decoded> {
    this.#context.check()
    return this.#context.guarded(async () => {
      const { buffers, settings } = this.#state
      const names = ['tokens_kept', 'lengths_kept', 'finished', 'log_probs_kept', 'top_kept'] as const
      const kept = names.filter((name) => buffers.named.has(name))
      const promptLengths = this.#state.promptLengths.slice()
      const copied = await this.#readBack(kept.map((name) => buffers.at(name)))
      const bytesOf = (name: (typeof names)[number]) => copied[kept.indexOf(name)] ?? new ArrayBuffer(0)
      const words = (name: (typeof names)[number]) => new Int32Array(bytesOf(name))
      const [tokens, lengths, finished] = [words('tokens_kept'), words('lengths_kept'), words('finished')]
      const logProbs = new Float32Array(bytesOf('log_probs_kept'))
      const sequences = { tokens, lengths, promptLengths, finished }
      return decodedOf(settings, sequences, this.tokenStride, logProbs, listsIn(bytesOf('top_kept')))
    })
  }

  destroy(): void {
    this.#state.buffers.destroy()
  }

  /** Submits what is recorded and reads these buffers after it. */
  async #readBack(buffers: GPUBuffer[], recorded: (encoder: GPUCommandEncoder) => void = () => {}) {
    const { device, staging } = this.#context
    const encoder = device.createCommandEncoder({ label: 'gumbel-webgpu decoder' })
    recorded(encoder)
    const bytes = buffers.reduce((sum, { size }) => sum + size, 0)
    const copy = staging.take(bytes)
    let end = 0
    const places = buffers.map(({ size }) => ({ begin: end, end: (end += size) }))
    buffers.forEach((buffer, i) => encoder.copyBufferToBuffer(buffer, 0, copy, places[i].begin, buffer.size))
    device.queue.submit([encoder.finish()])
    return staging.read(copy, bytes, (mapped) => places.map(({ begin, end }) => mapped.slice(begin, end)))
  }
}

/** Lists in the halves of a buffer. */
function listsIn(bytes: ArrayBuffer): Lists {
  const half = bytes.byteLength / 2
  return { indices: new Int32Array(bytes, 0, half / 4), logProbs: new Float32Array(bytes, half) }
}
