import type { NoiseKind } from '../options'
import type { Request } from '../request'
import { extentOf, resultsOf } from '../results'
import { philoxBlock } from './philox'
import { emptyRowDraw, rowDraw } from './row_draw'
import { exponentialAt, gumbelAt, uniformAt, wordOf } from './words'

const TRANSFORMS = { bits: (word: number) => word, uniform: uniformAt, exponential: exponentialAt, gumbel: gumbelAt }

/** Noise of every class of every row, the twin of `shaders/noise/generate.wgsl`. */
export function generateNoise(kind: NoiseKind, request: Request): Uint32Array | Float32Array {
  const { batchSize, numClasses, classOffset } = request
  const extent = extentOf(request, 'numClasses')
  const out = kind === 'bits' ? resultsOf(Uint32Array, extent) : resultsOf(Float32Array, extent)
  const transform = TRANSFORMS[kind]
  const high = new Uint32Array(4)
  const low = new Uint32Array(4)
  const row = emptyRowDraw()
  for (let r = 0; r < batchSize; r++) {
    rowDraw(row, request, r)
    for (let c = 0; c < numClasses; c += 8) {
      const group = (classOffset + c) >>> 3
      philoxBlock(high, group, row.stream, row.step, 0, row.seedLow, row.seedHigh)
      philoxBlock(low, group, row.stream, row.step, 1 << 24, row.seedLow, row.seedHigh)
      const end = Math.min(8, numClasses - c)
      for (let i = 0; i < end; i++)
        out[r * numClasses + c + i] = transform(wordOf(high, low, i), classOffset + c + i, request, row, 0)
    }
  }
  return out
}
