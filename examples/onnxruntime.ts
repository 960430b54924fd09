/**
 * Text of a language model by onnxruntime-web (1.30), with a key-value cache: a loop in which logits, cache and ids stay on the GPU.
 *
 * The model is one as Optimum exports it: inputs `input_ids`, `attention_mask`, `position_ids`, `past_key_values.…`, outputs `logits`, `present.…`.
 * Its sessions are made with `executionProviders: [{ name: 'webgpu', device }]` and `preferredOutputLocation: 'gpu-buffer'`, the sampler with the
 * same device. With sessions on the CPU, the loop is the same, and ids pass through the host.
 *
 * Onnxruntime-web computes the shape of int64 ids on the CPU: in each step it would wait for the GPU to read them, unless it knows their shape
 * beforehand. So the session of steps is made with `freeDimensionOverrides: { batch: prompts.length, steps: 1 }`, the names being the model's, and
 * another one for prompts without, where these are longer than a token. Known shapes also have it turn products of matrices into a slower kernel,
 * which `extra: { optimization: { disable_specified_optimizers: 'MatMulAddFusion' } }` leaves out.
 *
 * Onnxruntime-web crashes where a session runs twice at once: wait for one call before the next.
 */
import type { Decoded, DecoderOptions, Sampler } from 'gumbel-webgpu'
import { indicesOf, logitsOf } from 'gumbel-webgpu/onnxruntime'
import * as ort from 'onnxruntime-web/webgpu'

type Tensors = Record<string, ort.Tensor>

export interface WriteOptions extends Omit<DecoderOptions, 'batchSize' | 'numClasses' | 'prompts' | 'indexType'> {
  /** Ids with which each text begins, at least one. */
  prompts: number[][]
}

export interface Sessions {
  /** Runs one token of each text. */
  step: ort.InferenceSession
  /** Runs the prompts, the same model. Default: `step`. */
  prompt?: ort.InferenceSession
}

/**
 * Goes on with each text for `maxTokens` steps, and reads once, at the end. Texts that have ended get `padToken` meanwhile; whoever wants to
 * stop when all have ended reads `decoder.finished` now and then, at the price of a wait.
 */
export async function writeTexts(
  { step, prompt = step }: Sessions,
  sampler: Sampler,
  { prompts, padToken = 0, ...options }: WriteOptions,
): Promise<Decoded> {
  const batchSize = prompts.length
  const begin = Math.max(...prompts.map(({ length }) => length))
  // On the left, so that the last position is each text's own.
  const padding = prompts.map(({ length }) => begin - length)
  const at = (from: number, to: number, value: (position: number, padded: number) => number) =>
    int64(padding.map((padded) => Array.from({ length: to - from }, (_, i) => value(from + i, padded))))

  let ids = int64(prompts.map((each, r) => [...Array<number>(padding[r]).fill(padToken), ...each]))
  let cache = emptyCache(prompt, batchSize)
  let draw: Draw | undefined
  try {
    for (let total = begin; total < begin + options.maxTokens; total++) {
      const session = total === begin ? prompt : step
      const { logits, ...present } = await session.run({
        input_ids: ids,
        attention_mask: at(0, total, (position, padded) => Number(position >= padded)),
        position_ids: at(total - ids.dims[1], total, (position, padded) => Math.max(0, position - padded)),
        ...cache,
      })
      const { numClasses } = logitsOf(logits)
      draw ??= drawOf(sampler, { ...options, prompts, padToken, batchSize, numClasses }, logits.location)
      ids = await draw.next(logits)
      for (const each of [logits, ...Object.values(cache)]) each.dispose()
      cache = Object.fromEntries(
        Object.entries(present).map(([name, each]) => [name.replace('present', 'past_key_values'), each]),
      )
    }
    return await draw!.decoder.read()
  } finally {
    for (const each of Object.values(cache)) each.dispose()
    draw?.decoder.destroy()
  }
}

interface Draw {
  decoder: ReturnType<Sampler['createDecoder']>
  /** Draws from logits, and gives the ids as the model takes them: int64 `[batch, 1]`. */
  next(logits: ort.Tensor): Promise<ort.Tensor>
}

function drawOf(sampler: Sampler, options: DecoderOptions, location: ort.Tensor.DataLocation): Draw {
  const decoder = sampler.createDecoder({ ...options, indexType: 'int64' })
  const { device } = sampler
  if (location !== 'gpu-buffer' || !device || !decoder.indices) {
    const next = async (logits: ort.Tensor) =>
      int64(Array.from(await decoder.next(logitsOf(logits).logits), (id) => [id]))
    return { decoder, next }
  }
  const { tensor } = indicesOf(ort, decoder.indices, { dims: [options.batchSize, 1], type: 'int64' })
  return {
    decoder,
    async next(logits) {
      const encoder = device.createCommandEncoder()
      decoder.encodeNext(encoder, logitsOf(logits).logits)
      device.queue.submit([encoder.finish()])
      return tensor
    },
  }
}

function int64(rows: number[][]): ort.Tensor {
  return new ort.Tensor('int64', BigInt64Array.from(rows.flat(), BigInt), [rows.length, rows[0].length])
}

/** A cache of no positions: all dimensions without a number are 0 but the batch, which comes first. */
function emptyCache(session: ort.InferenceSession, batchSize: number): Tensors {
  const cache: Tensors = {}
  for (const each of session.inputMetadata) {
    if (!each.isTensor || !each.name.startsWith('past_key_values')) continue
    const dims = each.shape.map((size, axis) => (axis === 0 ? batchSize : typeof size === 'number' ? size : 0))
    cache[each.name] =
      each.type === 'float16'
        ? new ort.Tensor('float16', new Uint16Array(0), dims)
        : new ort.Tensor('float32', new Float32Array(0), dims)
  }
  return cache
}
