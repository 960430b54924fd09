/** `logitsOf` and `indicesOf` of `gumbel-webgpu/onnxruntime`, with tensors of the package. */
import { sampleSync } from 'gumbel-webgpu'
import { indicesOf, logitsOf } from 'gumbel-webgpu/onnxruntime'
import * as ort from 'onnxruntime-web'
import { expect, test } from 'vitest'
import { randomLogits } from '../helpers/logits'

const values = randomLogits('normal', 6, 5, 1)
const tensor = new ort.Tensor('float32', values, [2, 3, 5])
const STORAGE = 128
const COPY_SRC = 4

/** What has the size and usage of a GPU buffer. */
const bufferOf = (size: number, usage = STORAGE | COPY_SRC) => ({ size, usage }) as GPUBuffer

test.each([
  [undefined, 2],
  [-1, 2],
  [2, 2],
  [0, 0],
  [-3, 0],
  [1, 1],
])('position %s of three is position %i of each row', (position, expected) => {
  const { logits, batchSize, numClasses } = logitsOf(tensor, { position })
  expect([batchSize, numClasses]).toEqual([2, 5])
  const rows = [0, 1].flatMap((r) => [...values.subarray((3 * r + expected) * 5, (3 * r + expected + 1) * 5)])
  const draws = { seed: 1n, numSamples: 20, batchSize, numClasses }
  const { indices } = sampleSync(logits as { data: Float32Array }, draws)
  expect(indices).toEqual(sampleSync(rows, draws).indices)
})

test('a tensor of two dimensions has one position', () => {
  const flat = new ort.Tensor('float32', values, [6, 5])
  expect(logitsOf(flat)).toEqual({
    logits: { data: values, type: 'float32', offset: 0, rowStride: 5 },
    batchSize: 6,
    numClasses: 5,
  })
  expect(() => logitsOf(flat, { position: 1 })).toThrow('position is 1; it must be a whole number from -1 to 0')
})

test('float16 is taken from host memory', () => {
  const halves = new ort.Tensor('float16', Uint16Array.of(0x3c00, 0, 0xfc00, 0x4000), [1, 4])
  const { logits } = logitsOf(halves)
  expect(logits).toMatchObject({ type: 'float16' })
  expect(
    sampleSync(logits as { data: Uint16Array }, { seed: 1n, temperature: 0, batchSize: 1, numClasses: 4 }).indices,
  ).toEqual(Int32Array.of(3))
})

test('tensors on the GPU are viewed where they are', () => {
  const buffer = bufferOf(2 * 3 * 5 * 2)
  const onGpu = ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float16', dims: [2, 3, 5] })
  expect(logitsOf(onGpu, { position: 1 })).toEqual({
    logits: { buffer, type: 'float16', offset: 5, rowStride: 15 },
    batchSize: 2,
    numClasses: 5,
  })
})

test('indices are a tensor and a view of one buffer', () => {
  const buffer = bufferOf(32)
  const { tensor: ids, indices } = indicesOf(ort, buffer, { dims: [3, 1], type: 'int64' })
  expect(ids).toBeInstanceOf(ort.Tensor)
  expect([ids.type, ids.dims, ids.location, ids.gpuBuffer]).toEqual(['int64', [3, 1], 'gpu-buffer', buffer])
  expect(indices).toEqual({ buffer, type: 'int64' })
  expect(indicesOf(ort, buffer, { dims: [8] }).indices.type).toBe('int32')
})

const disposed = () => {
  const each = new ort.Tensor('float32', new Float32Array(4), [1, 4])
  each.dispose()
  return each
}

test.each<[string, () => unknown, string]>([
  ['int32', () => logitsOf(new ort.Tensor('int32', [1], [1, 1])), 'logits are int32; they must be float32 or float16'],
  [
    'one dimension',
    () => logitsOf(new ort.Tensor('float32', [1], [1])),
    'logits have shape [1]; it must be [batch, vocabulary] or [batch, time, vocabulary]',
  ],
  [
    'a position that is not there',
    () => logitsOf(tensor, { position: 3 }),
    'position is 3; it must be a whole number from -3 to 2',
  ],
  [
    'a fraction of a position',
    () => logitsOf(tensor, { position: 0.5 }),
    'position is 0.5; it must be a whole number from -3 to 2',
  ],
  [
    'an unknown option',
    () => logitsOf(tensor, { at: 1 } as object),
    'options.at is not known; options may have position',
  ],
  ['what was disposed', () => logitsOf(disposed()), "logits lie in 'none'; they must lie in 'gpu-buffer' or 'cpu'"],
  [
    'a type of indices',
    () => indicesOf(ort, bufferOf(16), { dims: [1], type: 'uint32' as 'int32' }),
    "type is uint32; it must be 'int32' or 'int64'",
  ],
  [
    'a buffer that the runtime cannot copy whole',
    () => indicesOf(ort, bufferOf(24), { dims: [3], type: 'int64' }),
    'buffer has 24 bytes; int64 of dims [3] need 32, a multiple of 16',
  ],
  [
    'a buffer that the runtime cannot copy',
    () => indicesOf(ort, bufferOf(16, STORAGE), { dims: [1] }),
    'buffer has usage 128; it must include STORAGE (128) and COPY_SRC (4)',
  ],
])('refuses %s', (_, call, message) => {
  expect(call).toThrow(message)
})
