/** Tensors of onnxruntime-web as this library takes them, and what it draws as tensors of onnxruntime-web. Nothing is copied. */

import type { BufferLogits, HostLogits, IndexView } from 'gumbel-webgpu'
import type { Tensor, TensorFactory } from 'onnxruntime-web'

/** What onnxruntime-web rounds the sizes of buffers up to, in bytes. */
const UNIT = 16
/** GPUBufferUsage.STORAGE and COPY_SRC, which not every runtime has as globals. */
const USAGE = 128 | 4

export interface LogitsOfOptions {
  /** Which position of `[batch, time, vocabulary]`: from 0, or from -1, the last, backwards. Default -1. */
  position?: number | undefined
}

/** Logits of a tensor, and their shape: what calls, recordings and decoders take. */
export interface LogitsOfTensor {
  /** Where the rows lie: `{ buffer }` of a tensor on the GPU, else `{ data }`. */
  logits: BufferLogits | HostLogits
  batchSize: number
  numClasses: number
}

/**
 * Logits of a model's output, float32 or float16, `[batch, vocabulary]` or `[batch, time, vocabulary]`, on the GPU or the host. They are the
 * tensor's own memory: what reads them is called or submitted before `tensor.dispose()`.
 * @throws RangeError or TypeError naming what is wrong
 */
export function logitsOf(tensor: Tensor, options: LogitsOfOptions = {}): LogitsOfTensor {
  known(options, ['position'])
  const { type, dims, location } = tensor
  if (type !== 'float32' && type !== 'float16')
    throw new TypeError(`logits are ${type}; they must be float32 or float16`)
  if (dims.length !== 2 && dims.length !== 3)
    throw new RangeError(`logits have shape [${dims}]; it must be [batch, vocabulary] or [batch, time, vocabulary]`)
  const [batchSize, numClasses] = [dims[0], dims[dims.length - 1]]
  const time = dims.length === 3 ? dims[1] : 1
  const { position = -1 } = options
  if (!Number.isInteger(position) || position < -time || position >= time)
    throw new RangeError(`position is ${position}; it must be a whole number from ${-time} to ${time - 1}`)
  const offset = (position < 0 ? position + time : position) * numClasses
  const view = { type, offset, rowStride: time * numClasses } as const
  if (location === 'gpu-buffer')
    return { logits: { buffer: tensor.gpuBuffer as GPUBuffer, ...view }, batchSize, numClasses }
  if (location !== 'cpu' && location !== 'cpu-pinned')
    throw new TypeError(`logits lie in '${location}'; they must lie in 'gpu-buffer' or 'cpu'`)
  return { logits: { data: tensor.data as Float32Array | Uint16Array, ...view }, batchSize, numClasses }
}

export interface IndicesOfOptions {
  /** The tensor's shape, such as `[batch]` or `[batch, 1]`. */
  dims: readonly number[]
  /** What the model takes. Default 'int32'. */
  type?: 'int32' | 'int64' | undefined
}

/** One buffer, as what draws write to and as what a model reads. */
export interface IndicesOfBuffer {
  /** For the feeds of `run()`, which sees what was submitted before it, with no wait; it may be fed again and again. */
  tensor: Tensor
  /** For `encodeSample`. */
  indices: IndexView
}

/**
 * Drawn indices in a GPU buffer, such as `indices` of a decoder, as a tensor. Where a session has a part of a model on the CPU that takes them, such
 * as the `Shape` of int64 ids, it copies the buffer in units of 16 bytes in each `run()`, and goes on with ids of 0 where it cannot.
 * @param ort the module that has made the session: it ignores tensors of another copy
 * @param buffer the caller's, on the session's device, with usages STORAGE and COPY_SRC; `tensor.dispose()` leaves it
 * @throws RangeError or TypeError naming what is wrong
 */
export function indicesOf(
  ort: { Tensor: Pick<TensorFactory, 'fromGpuBuffer'> },
  buffer: GPUBuffer,
  options: IndicesOfOptions,
): IndicesOfBuffer {
  known(options, ['dims', 'type'])
  const { dims, type = 'int32' } = options
  if (type !== 'int32' && type !== 'int64') throw new RangeError(`type is ${type}; it must be 'int32' or 'int64'`)
  const indices = dims.reduce((product, each) => product * each, 1)
  const bytes = Math.ceil((indices * (type === 'int64' ? 8 : 4)) / UNIT) * UNIT
  if (buffer.size < bytes)
    throw new RangeError(
      `buffer has ${buffer.size} bytes; ${type} of dims [${dims}] need ${bytes}, a multiple of ${UNIT}`,
    )
  if ((buffer.usage & USAGE) !== USAGE)
    throw new TypeError(`buffer has usage ${buffer.usage}; it must include STORAGE (128) and COPY_SRC (4)`)
  return { tensor: ort.Tensor.fromGpuBuffer(buffer, { dataType: type, dims }), indices: { buffer, type } }
}

function known(options: object, names: string[]): void {
  for (const name in options)
    if (!names.includes(name)) throw new TypeError(`options.${name} is not known; options may have ${names.join(', ')}`)
}
