/**
 * Text that follows a grammar: bitmasks of XGrammar (`@mlc-ai/web-xgrammar` 0.1.27), given to a decoder as they are.
 *
 * XGrammar matches characters: where "begat" must come, it also allows "be", as a token "gat" could follow. The tokens of this vocabulary are
 * whole words, so that nothing could, and the next mask would allow no class. So each word is told to XGrammar with a space after it, and
 * grammars are written so: `"begat "`, `[A-Z] [a-z]+ " "`.
 *
 * The matchers need each token before they make the next mask, so `encodeNext` saves no wait here: it saves the copies of logits.
 */
import * as exported from '@mlc-ai/web-xgrammar'
import type { Decoder, DecoderOptions } from 'gumbel-webgpu'
import type * as ort from 'onnxruntime-web/webgpu'
import type { Engine } from '../demo/engine'
import { LanguageModel } from '../demo/language_model'
import { Tokenizer } from '../demo/tokenizer'

// The package says that it is a module, but is none: as it is, it exports nothing and makes a global.
const xgrammar =
  'GrammarMatcher' in exported ? exported : (globalThis as unknown as { xgrammar: typeof exported }).xgrammar

/** Made once for each vocabulary and grammar: their text is compiled. */
export async function compileGrammar(tokenizer: Tokenizer, grammar: string): Promise<exported.CompiledGrammar> {
  const texts = Array.from({ length: tokenizer.size }, (_, id) => `${tokenizer.word(id)} `)
  const info = await xgrammar.TokenizerInfo.createTokenizerInfo(texts, 'raw', false, texts.length, [Tokenizer.END])
  const compiler = await xgrammar.GrammarCompiler.createGrammarCompiler(info)
  const compiled = await compiler.compileGrammar(grammar)
  compiler.dispose()
  info.dispose()
  return compiled
}

export type GrammarOptions = Omit<DecoderOptions, 'numClasses' | 'stopTokens' | 'prompts'>

/**
 * Writes texts, the grammar's from their first word on. A text ends where the grammar allows that and the model has it end, or at `maxTokens`.
 * @param recorded draws with `encodeNext`, on the GPU alone; else with `next`, on any backend
 */
export async function writeByGrammar(
  { sampler, model, tokenizer }: Engine,
  compiled: exported.CompiledGrammar,
  options: GrammarOptions,
  recorded: boolean,
): Promise<{ texts: string[]; finished: unknown[] }> {
  const { batchSize, maxTokens } = options
  const numClasses = tokenizer.size
  const stopTokens = [Tokenizer.END]
  const decoder = sampler.createDecoder({ ...options, numClasses, stopTokens })
  const draw = recorded ? recordedDraw(sampler.device!, decoder, options) : draws(decoder)
  const matchers = await Promise.all(
    Array.from({ length: batchSize }, () => xgrammar.GrammarMatcher.createGrammarMatcher(compiled)),
  )
  const words = Math.ceil(numClasses / 32)
  const bitmask = new Int32Array(batchSize * words)

  let ids = new Int32Array(batchSize).fill(Tokenizer.END)
  let state = LanguageModel.start(batchSize)
  for (let step = 0; step < maxTokens && !matchers.every((each) => each.isTerminated()); step++) {
    for (const [row, matcher] of matchers.entries())
      // What a decoder draws for a text that has ended is dropped, but some class must be allowed.
      if (matcher.isTerminated()) bitmask.fill(-1, row * words, (row + 1) * words)
      else bitmask.set(await matcher.getNextTokenBitmask(), row * words)
    const { logits, state: next } = await model.step(LanguageModel.ids(ids), state)
    state.dispose()
    state = next
    ids = await draw.next(logits, bitmask)
    logits.dispose()
    for (const [row, matcher] of matchers.entries())
      if (!matcher.isTerminated() && !matcher.acceptToken(ids[row]))
        throw new Error(`the grammar does not allow '${tokenizer.word(ids[row])}' in text ${row + 1}`)
  }
  const { tokens, finished } = await decoder.read()
  for (const each of [state, draw, ...matchers]) each.dispose()
  decoder.destroy()
  return { texts: tokens.map((each) => tokenizer.decode([...each])), finished }
}

interface Draw {
  /** Draws from `logits` what `bitmask`, `[batchSize, ceil(numClasses / 32)]`, allows. */
  next(logits: ort.Tensor, bitmask: Int32Array<ArrayBuffer>): Promise<Int32Array<ArrayBuffer>>
  dispose(): void
}

/** Masks in host memory, whichever memory has the logits. */
function draws(decoder: Decoder): Draw {
  return {
    next: (logits, bitmask) =>
      decoder.next(logits.location === 'gpu-buffer' ? { buffer: logits.gpuBuffer } : (logits.data as Float32Array), {
        bitmask,
      }),
    dispose() {},
  }
}

/** Masks in a GPU buffer; a draw may stand among the caller's other commands. */
function recordedDraw(device: GPUDevice, decoder: Decoder, { batchSize }: GrammarOptions): Draw {
  const { STORAGE, COPY_DST, MAP_READ } = GPUBufferUsage
  const bytes = 4 * batchSize
  const staging = device.createBuffer({ label: 'ids read back', size: bytes, usage: MAP_READ | COPY_DST })
  let masks: GPUBuffer | undefined
  return {
    async next(logits, bitmask) {
      masks ??= device.createBuffer({ label: 'masks', size: bitmask.byteLength, usage: STORAGE | COPY_DST })
      device.queue.writeBuffer(masks, 0, bitmask)
      const encoder = device.createCommandEncoder()
      decoder.encodeNext(encoder, { buffer: logits.gpuBuffer }, { bitmask: { buffer: masks } })
      encoder.copyBufferToBuffer(decoder.indices!, 0, staging, 0, bytes)
      device.queue.submit([encoder.finish()])
      await staging.mapAsync(GPUMapMode.READ)
      const ids = new Int32Array(staging.getMappedRange().slice(0))
      staging.unmap()
      return ids
    },
    dispose() {
      staging.destroy()
      masks?.destroy()
    },
  }
}
