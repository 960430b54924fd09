import { callOf } from '../call'
import { CpuDecoder } from '../decoder/cpu'
import type { Decoder, DecoderOptions } from '../decoder/options'
import { DeviceError, destroyedError } from '../errors'
import { digestNoise } from '../noise/digest'
import type { NoiseRange } from '../noise/ranges'
import { verifyOptionsOf, verifyWords } from '../noise/verify_words'
import type { Operation } from '../operation'
import type { Sampler, Verification, VerifyOptions } from '../sampler'
import { verifyCpu } from '../verify'
import { answerOnCpu } from './answer_on_cpu'
import { Methods } from './methods'

/** Words that are digested before others have a turn: some 50 ms. */
const WORDS_AT_ONCE = 2 ** 18

/** The CPU backend: no device, the same tokens. */
export class CpuSampler extends Methods implements Sampler {
  readonly backend = 'cpu'
  readonly device = undefined
  #destroyed = false

  protected async call(operation: Operation, args: Record<string, unknown>, options: unknown): Promise<unknown> {
    this.#check()
    return answerOnCpu(callOf(operation, args, options, false))
  }

  protected async ready(): Promise<void> {
    this.#check()
  }

  protected encode({ encodeName }: Operation): never {
    throw new DeviceError(`${encodeName} records for a GPU; this sampler's backend is 'cpu'`)
  }

  encodeVerifyDraft(): never {
    throw new DeviceError("encodeVerifyDraft records for a GPU; this sampler's backend is 'cpu'")
  }

  createDecoder(options: DecoderOptions): Decoder {
    this.#check()
    return new CpuDecoder(options)
  }

  async verify(options: VerifyOptions = {}): Promise<Verification> {
    this.#check()
    const given = verifyOptionsOf(options)
    const digest = async (ranges: readonly NoiseRange[]) => {
      await new Promise((resolve) => setTimeout(resolve)) // So that others have a turn.
      this.#check()
      return digestNoise(ranges)
    }
    return verifyWords(verifyCpu(), digest, WORDS_AT_ONCE, given)
  }

  destroy(): void {
    this.#destroyed = true
  }

  #check(): void {
    if (this.#destroyed) throw destroyedError()
  }
}
