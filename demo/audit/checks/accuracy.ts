import { finished, readWords } from '../../../bench/device'
import { grouped } from '../../numbers'
import type { Check } from '../check'
import logOfLog from '../log_of_log.wgsl?raw'

/** Floats just below 1 at which the builtin is tried. */
const FLOATS = 2 ** 16
/** Drawn words at which the library's noise is compared with float64, a row of so many at a time. */
const ROWS = 16
const CLASSES = 2 ** 16
/** The library's noise may be wrong by an ulp, or by this where that is more. */
const LIMIT = 6e-7

export const accuracy: Check = {
  id: 'accuracy',
  title: 'Logarithms near 1',
  about:
    'Samplers usually take −log(−log u), and what is drawn is decided by u just below 1, where a float32 log has few digits. How wrong is this device’s, and how wrong is the library’s noise, which uses none? Both against float64.',
  figures: ['The device’s −log u', 'in nats of noise', 'at u = 1 −', 'The library’s noise', 'Words compared'],
  weight: () => 2,
  async run({ device, sampler, progress }) {
    await progress(0)
    const builtin = worstOf(await builtinNoise(device))
    let words = 0
    let worst = 0
    for (let row = 0; row < ROWS; row++) {
      await progress(0.2 + (0.8 * row) / ROWS)
      const options = { batchSize: 1, numClasses: CLASSES, seed: 7, streams: row }
      const [bits, gumbels] = await Promise.all([sampler.noise('bits', options), sampler.noise('gumbel', options)])
      bits.forEach((word, i) => {
        const exact = exactGumbel(word)
        const error = Math.abs(gumbels[i] - exact) / Math.max(LIMIT, ulp(exact))
        if (!(error <= worst)) worst = error
      })
      words += bits.length
    }
    const good = worst <= 1
    const wrong = Number.isFinite(builtin.share) ? `up to ${percent(builtin.share)} wrong` : '0 at times'
    return {
      good,
      verdict: good
        ? `The device’s −log u is ${wrong}, just where draws are decided; the library’s noise is as exact as it promises.`
        : 'The library’s noise is further off than it promises, which is an ulp or 6e−7.',
      figures: {
        'The device’s −log u': wrong,
        'in nats of noise': builtin.nats.toPrecision(2),
        'at u = 1 −': `${grouped(builtin.steps)} · 2⁻²⁴`,
        'The library’s noise': `${worst.toFixed(2)} of 1 ulp or 6e−7`,
        'Words compared': grouped(words),
      },
      data: { builtin, library: worst, words },
    }
  },
}

async function builtinNoise(device: GPUDevice): Promise<Float32Array> {
  const module = device.createShaderModule({ label: 'log of log', code: logOfLog })
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } })
  const buffer = device.createBuffer({ size: 4 * FLOATS, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC })
  const encoder = device.createCommandEncoder()
  const pass = encoder.beginComputePass()
  pass.setPipeline(pipeline)
  const layout = pipeline.getBindGroupLayout(0)
  pass.setBindGroup(0, device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer } }] }))
  pass.dispatchWorkgroups(FLOATS / 64)
  pass.end()
  device.queue.submit([encoder.finish()])
  await finished(device)
  const words = await readWords(device, buffer, FLOATS)
  buffer.destroy()
  return new Float32Array(words.buffer)
}

/** The largest relative error of -log u, the same in nats of its noise, and at how many steps of 2^-24 below 1 it is. */
function worstOf(found: Float32Array): { share: number; nats: number; steps: number } {
  let worst = { share: 0, nats: 0, steps: 1 }
  found.forEach((noise, i) => {
    const steps = i + 1
    const nats = noise + Math.log(-Math.log1p(-steps * 2 ** -24))
    const share = Math.abs(Math.expm1(-nats))
    if (!(share <= worst.share)) worst = { share, nats: Math.abs(nats), steps }
  })
  return worst
}

/** The Gumbel noise of a word in float64: -log(-log1p(-u)), u = (word + 1/2) / 2^32. */
function exactGumbel(word: number): number {
  const u = (word + 0.5) / 2 ** 32
  return -Math.log(u < 0.5 ? -Math.log1p(-u) : -Math.log((2 ** 32 - word - 0.5) / 2 ** 32))
}

function ulp(x: number): number {
  return 2 ** (Math.floor(Math.log2(Math.abs(x))) - 23)
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2)).toLocaleString('en')} %`
}
