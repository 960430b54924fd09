import { type Draw, exponentialAt, drawHalves, gumbelAt, newHalves, uniformAt, wordOf } from '../../noise/words'
import type { Request, Results } from '../../operation'
import { arrayOf } from '../../results'
import { emptySettings, settingsOfRow } from '../../settings'
import type { NoiseKind } from './kinds'
import { NOISE_OUTPUT } from './output'

type Transform = (word: number, classNumber: number, draw: Draw) => number

const TRANSFORMS: Readonly<Record<Exclude<NoiseKind, 'bits'>, Transform>> = {
  uniform: uniformAt,
  exponential: exponentialAt,
  gumbel: gumbelAt,
}

/** Noise of every class of every draw, as words; the twin of `shaders/noise/generate.wgsl`. */
export function computeNoise(request: Request): Results {
  const { batchSize, numClasses, numSamples, classOffset, extended } = request
  const kind = request.given.kind as NoiseKind
  const words = arrayOf(NOISE_OUTPUT, request)
  const out = kind === 'bits' ? words : new Float32Array(words.buffer)
  const transform = kind === 'bits' ? (word: number) => word : TRANSFORMS[kind]
  const halves = newHalves()
  const draw = { settings: emptySettings(), number: 0, extended }
  for (let r = 0; r < batchSize; r++) {
    settingsOfRow(draw.settings, request.settings, r)
    for (let s = 0; s < numSamples; s++) {
      draw.number = s
      const begin = (r * numSamples + s) * numClasses
      for (let c = 0; c < numClasses; c += 8) {
        drawHalves(halves, (classOffset + c) >>> 3, draw)
        const end = Math.min(8, numClasses - c)
        for (let i = 0; i < end; i++)
          out[begin + c + i] = transform(wordOf(halves.high, halves.low, i), classOffset + c + i, draw)
      }
    }
  }
  return { noise: words }
}
