import { createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { WebGpuSampler } from '../../src/backends/webgpu'
import { expectSame } from '../helpers/compare'
import {
  expectFlawsFound,
  expectMarkedIndicesTaken,
  expectMessages,
  expectOverflowsFound,
  flawedGradients,
} from '../helpers/flawed_rows'
import { gpuTest } from '../helpers/gpu'
import { matrix } from '../helpers/matrix'

const STATUSES = { 'grad-samples-out-of-range': 5, 'samples-outside-simplex': 6, 'samples-nan': 7 } as Record<
  string,
  number
>

describe('rows without a result on the GPU', () => {
  for (const [numClasses, numSamples, given, wide, draws] of matrix({
    everywhere: [
      [10, 40, false, true, undefined], // draws shared by tasks
      [12, 40, true, true, 30], // and by dispatches
      [5000, 1, false, false, undefined], // too long to hold
      [9000, 2, false, true, 1], // in parts
    ],
    whole: [
      [10, 1, false, false, undefined],
      [10, 1, true, false, undefined],
      [12, 40, true, true, undefined],
      [10, 40, false, false, 16],
      [600, 2, false, true, undefined],
      [601, 2, true, true, undefined],
      [9000, 2, false, true, undefined],
    ],
  }))
    gpuTest(
      `of gradients${given ? ' of given samples' : ''} are told apart, V = ${numClasses}, ${numSamples} draws${draws ? `, ${draws} a dispatch` : ''}${wide ? ', on plans for GPUs' : ''}`,
      async ({ device }) => {
        const work = draws ? { work: draws * numClasses } : {}
        const sampler = new WebGpuSampler(device, false, { subgroups: false, wide, ...work })
        await expectFlawsFound(sampler, numClasses, numSamples, given)
        sampler.destroy()
      },
    )

  gpuTest(
    'a draw of samples that are all nothing, with a gradient of NaN, has one reason everywhere',
    async ({ sampler }) => {
      const cpu = await createSampler({ backend: 'cpu' })
      const [logits, gradSamples] = [new Float32Array(3), Float32Array.of(NaN, 0, 0)]
      const options = { batchSize: 1, numClasses: 3, seed: 1, invalidRows: 'mark' } as const
      for (const logSamples of [false, true]) {
        const samples = new Float32Array(3).fill(logSamples ? -200 : 0)
        for (const each of [sampler, cpu]) {
          const { invalidRows } = await each.gumbelSoftmaxBackward(gradSamples, logits, {
            ...options,
            samples,
            logSamples,
          })
          expect(invalidRows).toEqual([{ row: 0, reason: 'grad-samples-out-of-range' }])
        }
      }
    },
  )

  for (const given of [false, true])
    gpuTest(
      `of gradients recorded into an encoder: such a draw adds nothing, and the status says why${given ? ', of given samples' : ''}`,
      async ({ device, sampler, upload, buffer, read }) => {
        const [numClasses, numSamples] = [10, 40]
        const call = await flawedGradients(numClasses, numSamples, given)
        const { logits, options, gradSamples, sound, samples, soft, invalidRows } = call
        const out = { gradLogits: buffer(4 * logits.length), statuses: buffer(4 * options.batchSize) }
        const encoder = device.createCommandEncoder()
        sampler.encodeGumbelSoftmaxBackward(encoder, {
          ...options,
          logits: { buffer: upload(logits) },
          gradSamples: { buffer: upload(gradSamples) },
          samples: samples && { buffer: upload(samples) },
          gradLogits: { buffer: out.gradLogits },
          statuses: { buffer: out.statuses },
        })
        device.queue.submit([encoder.finish()])
        const right = await sampler.gumbelSoftmaxBackward(sound, logits, {
          ...options,
          samples: given ? soft : undefined,
        })
        expectSame(new Float32Array(await read(out.gradLogits)), right.gradLogits, 'gradLogits')
        const statuses = new Uint32Array(options.batchSize)
        for (const { row, reason } of invalidRows) statuses[row] = STATUSES[reason]
        expect([...new Uint32Array(await read(out.statuses))]).toEqual([...statuses])
      },
    )

  gpuTest('are those whose gradients leave the range of float32', ({ sampler }) => expectOverflowsFound(sampler))

  gpuTest('are named by errors that say what the call would give', ({ sampler }) => expectMessages(sampler))

  gpuTest('are given as sample() marks them to gumbelGivenIndex(), from host memory', ({ sampler }) =>
    expectMarkedIndicesTaken(sampler, (indices) => indices),
  )

  gpuTest('are given as sample() marks them to gumbelGivenIndex(), from a GPU buffer', ({ sampler, upload }) =>
    expectMarkedIndicesTaken(sampler, (indices) => ({ buffer: upload(indices) })),
  )
})
