import { callOf, recordingOf } from '../call'
import { encodeVerifyDraft } from '../drafts/encode'
import type { EncodeVerifyDraftOptions } from '../drafts/options'
import { GpuDecoder } from '../decoder/gpu'
import type { DecoderOptions } from '../decoder/options'
import { Context } from '../gpu/context'
import { digestOnGpu } from '../gpu/digest'
import type { Limits } from '../gpu/plan'
import { prepareKernels } from '../gpu/prepare'
import { record } from '../gpu/record'
import { run } from '../gpu/run'
import { NOISE_RANGES, type NoiseRange } from '../noise/ranges'
import { verifyOptionsOf, verifyWords } from '../noise/verify_words'
import type { Call, Operation } from '../operation'
import type { Described } from '../prepare'
import { answerOf } from '../results'
import type { Sampler, Verification, VerifyOptions } from '../sampler'
import { verifyDevice } from '../verify'
import { CpuSampler } from './cpu'
import { Methods } from './methods'

/** Words that are digested in one call: a fraction of a second on a software adapter. */
const WORDS_AT_ONCE = 2 ** 22

/** The WebGPU backend. */
export class WebGpuSampler extends Methods implements Sampler {
  readonly backend = 'webgpu'
  readonly device: GPUDevice
  #context: Context
  #own: boolean

  /** `own` says whether the device is the sampler's to destroy; tests force `limits`; calls are answered when `check` has passed. */
  constructor(device: GPUDevice, own: boolean, limits: Partial<Limits> = {}, check?: Promise<void>) {
    super()
    this.device = device
    this.#own = own
    this.#context = new Context(device, limits, check)
  }

  /** The answer to a checked call. */
  async answer(call: Call): Promise<unknown> {
    return answerOf(call, await run(this.#checked(), call))
  }

  protected async call(operation: Operation, args: Record<string, unknown>, options: unknown): Promise<unknown> {
    this.#checked()
    return this.answer(callOf(operation, args, options))
  }

  async ready(calls: readonly Described[]): Promise<void> {
    await prepareKernels(this.#checked(), calls)
  }

  encode(operation: Operation, encoder: GPUCommandEncoder, options: unknown): void {
    const context = this.#checked()
    record(context, requireEncoder(encoder), recordingOf(operation, options))
  }

  encodeVerifyDraft(encoder: GPUCommandEncoder, options: EncodeVerifyDraftOptions): void {
    encodeVerifyDraft(this.#checked(), requireEncoder(encoder), options)
  }

  createDecoder(options: DecoderOptions): GpuDecoder {
    return new GpuDecoder(this.#checked(), options)
  }

  async verify(options: VerifyOptions = {}): Promise<Verification> {
    const digest = (ranges: readonly NoiseRange[]) => digestOnGpu(this.#checked(), ranges)
    const given = verifyOptionsOf(options)
    const found = await verifyDevice(this, new CpuSampler(), await digest(NOISE_RANGES))
    return verifyWords(found, digest, WORDS_AT_ONCE, given)
  }

  destroy(): void {
    this.#context.destroy()
    if (this.#own) this.device.destroy()
  }

  #checked(): Context {
    this.#context.check()
    return this.#context
  }
}

function requireEncoder(encoder: GPUCommandEncoder): GPUCommandEncoder {
  if (typeof encoder?.beginComputePass !== 'function') throw new TypeError('encoder must be a GPUCommandEncoder')
  return encoder
}
