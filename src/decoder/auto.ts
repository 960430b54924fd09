/** Sequences on a device until it is lost, then on the CPU, which writes the same from the tokens that the host was given. */

import { BIAS, BITMASK } from '../adjust/views'
import { Copies, type Spares } from '../backends/copies'
import { callOf } from '../call'
import { DeviceError } from '../errors'
import { sample } from '../operations/sample/operation'
import type { Logits } from '../options'
import { CpuDecoder } from './cpu'
import type { GpuDecoder } from './gpu'
import type { Decoded, Decoder, NextOptions, RestartOptions } from './options'
import { type DecoderSettings, appendedOf, decoderSettingsOf, nextOptionsOf, restartedOf, viewed } from './settings'

export class AutoDecoder implements Decoder {
  #gpu: GpuDecoder | undefined
  #settings: DecoderSettings
  /** What the host knows: every token that it was given, that was appended or begun with. */
  #known: CpuDecoder
  /** `encodeNext` drew tokens that the host has not seen. */
  #unseen = false
  #spares: Spares
  #onLoss: (error: DeviceError) => void
  /** Is settled when what is known holds all that was asked for before. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: unknown, gpu: GpuDecoder, spares: Spares, onLoss: (error: DeviceError) => void) {
    this.#settings = decoderSettingsOf(options)
    this.#known = new CpuDecoder(options)
    this.#gpu = gpu
    this.#spares = spares
    this.#onLoss = onLoss
  }

  get indices(): GPUBuffer | undefined {
    return this.#gpu?.indices
  }

  get tokens(): GPUBuffer | undefined {
    return this.#gpu?.tokens
  }

  get lengths(): GPUBuffer | undefined {
    return this.#gpu?.lengths
  }

  get finished(): GPUBuffer | undefined {
    return this.#gpu?.finished
  }

  get tokenStride(): number {
    return this.#known.tokenStride
  }

  async next(logits: Logits, options?: NextOptions): Promise<Int32Array<ArrayBuffer>> {
    const { batchSize, numClasses } = this.#settings
    const call = callOf(sample, { logits }, { batchSize, numClasses, seed: 0, ...nextOptionsOf(options) })
    const copies = new Copies(call, this.#spares)
    const { logits: rows, [BIAS]: bias, [BITMASK]: bitmask } = copies.call.inputs
    const changes = { bias: bias && viewed(bias), bitmask: bitmask && viewed(bitmask) } as NextOptions
    const drawn = this.#gpu?.draw(viewed(rows) as Logits, changes)
    return this.#inOrder(async () => {
      try {
        const answer = await this.#survived(drawn)
        if (!answer) return await this.#known.next(viewed(rows) as Logits, changes)
        this.#known.keep(answer)
        return answer.tokens
      } finally {
        copies.release()
      }
    })
  }

  encodeNext(encoder: GPUCommandEncoder, logits: Logits, options?: NextOptions): void {
    if (!this.#gpu)
      throw new DeviceError('the device is lost: encodeNext records for a GPU; next draws on the CPU', true)
    this.#gpu.encodeNext(encoder, logits, options)
    this.#unseen = true
  }

  append(tokens: Int32Array, lengths?: ArrayLike<number>): void {
    const { lengths: counts } = appendedOf(this.#settings, tokens, lengths)
    this.#onDevice((gpu) => gpu.append(tokens, counts))
    const copy = tokens.slice()
    void this.#inOrder(() => this.#known.append(copy, counts))
  }

  restart(rows: ArrayLike<number>, options: RestartOptions = {}): void {
    const { rows: places, prompts } = restartedOf(this.#settings, rows, options)
    const seeds = places.map((row) => this.#settings.seeds[row])
    const streams = places.map((row) => this.#settings.streams[row])
    this.#onDevice((gpu) => gpu.restart(places, { prompts, seeds, streams }))
    void this.#inOrder(() => this.#known.restart(places, { prompts, seeds, streams }))
  }

  async read(): Promise<Decoded> {
    const read = this.#gpu?.read()
    return this.#inOrder(async () => (await this.#survived(read)) ?? this.#known.read())
  }

  destroy(): void {
    this.#gpu?.destroy()
  }

  /** Does something after all that was asked for before. */
  #inOrder<T>(work: () => T | Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return done
  }

  /** Does something on the device, if it is there. */
  #onDevice(work: (gpu: GpuDecoder) => void): void {
    try {
      if (this.#gpu) work(this.#gpu)
    } catch (error) {
      this.#lose(error)
    }
  }

  /** What the device answers, or undefined where it is lost. */
  async #survived<T>(answer: Promise<T> | undefined): Promise<T | undefined> {
    try {
      return await answer
    } catch (error) {
      this.#lose(error)
      return undefined
    }
  }

  /** Goes on on the CPU, if that is what the error means and the host knows enough. */
  #lose(error: unknown): void {
    if (!(error instanceof DeviceError && error.lost)) throw error
    this.#onLoss(error)
    if (this.#unseen)
      throw new DeviceError(`tokens that encodeNext drew are gone with the device: ${error.message}`, true)
    this.#gpu = undefined
  }
}
