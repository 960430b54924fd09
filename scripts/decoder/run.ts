/** A decoder with every control on the demo's model, in the page: written on the GPU, then drawn again on the CPU from the same logits. */
import { type Decoded, type Decoder, type DecoderOptions, type NextOptions, createSampler } from 'gumbel-webgpu'
import * as ort from 'onnxruntime-web/webgpu'
import { type Engine, loadEngine, loadTokenizer } from '../../demo/engine'
import { LanguageModel } from '../../demo/language_model'
import { Tokenizer } from '../../demo/tokenizer'
import { countBuffers } from '../../test/helpers/buffer_count'

/** What the first half of a run found, which reads nothing back. */
export interface Written {
  /** Buffers that were mapped to be read, whoever did so. */
  reads: number
  /** Of them the sampler's marks, by which it knows that a page of parameters may be used again; nobody waits for them. */
  marks: number
  /** Buffers made and not destroyed, the model's among them, and their bytes, after each tenth of the steps. */
  memory: { buffers: number; bytes: number }[]
}

/** How the second half differs from the first. */
export interface Compared {
  tokens: number
  /** Tokens, classes in lists and ends that the CPU has otherwise. */
  different: number
  /** The most by which a log-probability differs. */
  farthest: number
}

export class DecoderRun {
  readonly #engine: Engine
  readonly #options: DecoderOptions
  readonly #bias: Float32Array<ArrayBuffer>
  readonly #bitmask: Uint32Array<ArrayBuffer>
  #decoded: Decoded | undefined

  private constructor(engine: Engine, batchSize: number, maxTokens: number, seed: number) {
    const each = <T>(of: (row: number) => T) => Array.from({ length: batchSize }, (_, r) => of(r))
    const numClasses = engine.tokenizer.size
    this.#engine = engine
    this.#options = {
      batchSize,
      numClasses,
      maxTokens,
      seed: each((r) => seed + (r % 7)),
      streams: each((r) => r),
      step: 3,
      temperature: each((r) => [0.7, 1, 1.3, 0][r % 4]),
      topK: each((r) => [40, 0, 300, 0][r % 4]),
      topP: each((r) => [0.95, 0.9, 1, 0.99, 1][r % 5]),
      minP: each((r) => [0, 0.02, 0][r % 3]),
      tail: 'extended',
      penalties: { repetition: each((r) => 1 + (r % 3) / 10), frequency: 0.1, presence: each((r) => (r % 2) / 5) },
      prompts: each(() => [Tokenizer.END]),
      stopTokens: [Tokenizer.END],
      // Texts of the model are short: an end is banned, so that most sequences go on to the last step.
      minTokens: Math.floor(0.9 * maxTokens),
      logProbs: true,
      topLogProbs: 5,
    }
    this.#bias = Float32Array.from({ length: numClasses }, (_, c) => ((c * 7919) % 13) / 26 - 0.25)
    const words = Math.ceil(numClasses / 32)
    // Another class of each 32 is banned in each row.
    this.#bitmask = Uint32Array.from({ length: batchSize * words }, (_, i) => ~(2 << (i % 31)))
  }

  static async open(batchSize: number, maxTokens: number, seed: number): Promise<DecoderRun> {
    const engine = await loadEngine(await loadTokenizer())
    if (!engine.sampler.device) throw new Error('there is no WebGPU here')
    // Waits for the self-check, which reads a digest back.
    await engine.sampler.sample(new Float32Array(2), { numClasses: 2, seed })
    return new DecoderRun(engine, batchSize, maxTokens, seed)
  }

  /** Writes all on the GPU; `onStep` is told of each. */
  async write(onStep: (step: number) => void): Promise<Written> {
    const { sampler, model } = this.#engine
    const { batchSize, maxTokens } = this.#options
    const device = sampler.device!
    const { STORAGE, COPY_DST } = GPUBufferUsage
    const count = countBuffers(device)
    const upload = (data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>) => {
      const buffer = device.createBuffer({ size: data.byteLength, usage: STORAGE | COPY_DST })
      device.queue.writeBuffer(buffer, 0, data)
      return { buffer }
    }
    const [bias, bitmask] = [upload(this.#bias), upload(this.#bitmask)]
    const next: NextOptions = { bias: { ...bias, rowStride: 0 }, bitmask }
    const decoder = sampler.createDecoder(this.#options)
    const { mapAsync } = GPUBuffer.prototype
    const memory: Written['memory'] = []
    let [reads, marks] = [0, 0]
    GPUBuffer.prototype.mapAsync = function (mode, ...range) {
      if (mode === GPUMapMode.READ) {
        reads++
        // What is recorded stages nothing else.
        if (this.label === 'gumbel-webgpu staging') marks++
      }
      return mapAsync.call(this, mode, ...range)
    }
    let state = LanguageModel.start(batchSize)
    let ids = LanguageModel.ids(new Int32Array(batchSize).fill(Tokenizer.END))
    for (let step = 0; step < maxTokens; step++) {
      const { logits, state: after } = await model.step(ids, state)
      state.dispose()
      state = after
      const encoder = device.createCommandEncoder()
      decoder.encodeNext(encoder, { buffer: logits.gpuBuffer }, next)
      device.queue.submit([encoder.finish()])
      logits.dispose()
      ids = ort.Tensor.fromGpuBuffer(decoder.indices!, { dataType: 'int32', dims: [batchSize] })
      // As a page does that shows its progress: what is not awaited piles up in the queue.
      await device.queue.onSubmittedWorkDone()
      if ((step + 1) % Math.ceil(maxTokens / 10) === 0) memory.push({ buffers: count.buffers, bytes: count.bytes })
      onStep(step)
    }
    GPUBuffer.prototype.mapAsync = mapAsync
    this.#decoded = await decoder.read()
    state.dispose()
    decoder.destroy()
    return { reads, marks, memory }
  }

  /** Has the model read what was written, and the CPU draw from its logits. */
  async compare(onStep: (step: number) => void): Promise<Compared> {
    const { model } = this.#engine
    const { batchSize, maxTokens } = this.#options
    const written = this.#decoded!
    const cpu = await createSampler({ backend: 'cpu' })
    const decoder: Decoder = cpu.createDecoder(this.#options)
    const next: NextOptions = { bias: this.#bias, bitmask: this.#bitmask }
    let state = LanguageModel.start(batchSize)
    let ids = new Int32Array(batchSize).fill(Tokenizer.END)
    for (let step = 0; step < maxTokens; step++) {
      const { logits, state: after } = await model.step(LanguageModel.ids(ids), state)
      state.dispose()
      state = after
      await decoder.next(new Float32Array((await logits.getData()) as Float32Array), next)
      logits.dispose()
      ids = Int32Array.from(written.tokens, (tokens) => tokens[step] ?? 0)
      onStep(step)
    }
    state.dispose()
    return difference(written, await decoder.read())
  }
}

function difference(mine: Decoded, other: Decoded): Compared {
  const found: Compared = { tokens: 0, different: 0, farthest: 0 }
  const count = (a: ArrayLike<unknown>, b: ArrayLike<unknown>) => {
    for (let i = 0; i < Math.max(a.length, b.length); i++) if (a[i] !== b[i]) found.different++
  }
  count(mine.finished, other.finished)
  for (const [r, tokens] of mine.tokens.entries()) {
    found.tokens += tokens.length
    count(tokens, other.tokens[r])
    count(mine.topIndices![r], other.topIndices![r])
    for (const name of ['logProbs', 'topLogProbs'] as const)
      mine[name]![r].forEach((value, i) => {
        const by = Math.abs(value - other[name]![r][i])
        // Of two that are -Infinity the difference is NaN, and nothing.
        if (value !== other[name]![r][i]) found.farthest = Math.max(found.farthest, Number.isNaN(by) ? Infinity : by)
      })
  }
  return found
}
