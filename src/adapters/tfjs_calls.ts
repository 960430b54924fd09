/** Calls of the library that read and make tensors of TensorFlow.js: in its GPU buffers, or in host memory. */

import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import type { GradSaveFunc, Tensor, TensorInfo } from '@tensorflow/tfjs-core'
import {
  type EncodeGumbelSoftmaxOptions,
  type LogGumbelSoftmaxCallOptions,
  type NoiseOptions,
  type Sampler,
  gumbelSoftmaxBackwardSync,
  gumbelSoftmaxSync,
  sampleSync,
} from 'gumbel-webgpu'
import type { Tf } from './tfjs'

/** A checked call. */
export interface Draw extends NoiseOptions {
  temperature?: number | undefined
  tau: number
  hard: boolean
  /** Only of relaxed samples, where they are logarithms. */
  logSamples?: true
}

/** `taus` are one a row, in place of the tau of the draw. */
export interface Calls {
  samples(draw: Draw, logits: Tensor, taus?: Tensor): Tensor
  /** Gradients of logits, and of each row's tau where it has one; `samples` save making the noise again. */
  gradients(draw: Draw, logits: Tensor, gradSamples: Tensor, samples?: Tensor, taus?: Tensor): Tensor[]
  indices(draw: Draw, logits: Tensor): Tensor
}

interface View {
  buffer: GPUBuffer
}

/** Without copies, on the device of TensorFlow.js. */
export function callsOnGpu(tf: Tf, backend: WebGPUBackend, sampler: Sampler): Calls {
  const viewOf = ({ dataId }: TensorInfo): View => {
    backend.uploadToGPU(dataId)
    return { buffer: backend.tensorMap.get(dataId).resource as GPUBuffer }
  }

  /** Makes tensors by commands of ours, which come after all that TensorFlow.js has recorded. */
  function made(outputs: TensorInfo[], record: (encoder: GPUCommandEncoder, outputs: View[]) => void): Tensor[] {
    try {
      const encoder = backend.device.createCommandEncoder({ label: 'gumbel-webgpu tfjs' })
      record(encoder, outputs.map(viewOf))
      backend.ensureCommandEncoderReady()
      backend.endComputePassEncoder()
      backend.submitQueue()
      backend.queue.submit([encoder.finish()])
    } catch (error) {
      for (const { dataId } of outputs) backend.disposeData(dataId, true)
      throw error
    }
    return outputs.map((info) => tf.engine().makeTensorFromTensorInfo(info))
  }

  return {
    samples: (draw, logits, taus) =>
      made([backend.makeTensorInfo(logits.shape, 'float32')], (encoder, [samples]) => {
        const views = { logits: viewOf(logits), ...(draw.logSamples ? { logSamples: samples } : { samples }) }
        const tau = taus ? viewOf(taus) : draw.tau
        sampler.encodeGumbelSoftmax(encoder, { ...draw, ...views, tau } as EncodeGumbelSoftmaxOptions)
      })[0],

    gradients(draw, logits, gradSamples, samples, taus) {
      const outputs = [logits, ...(taus ? [taus] : [])].map(({ shape }) => backend.makeTensorInfo(shape, 'float32'))
      return made(outputs, (encoder, [gradLogits, gradTau]) =>
        sampler.encodeGumbelSoftmaxBackward(encoder, {
          ...draw,
          logits: viewOf(logits),
          gradSamples: viewOf(gradSamples),
          samples: samples && viewOf(samples),
          tau: taus ? viewOf(taus) : draw.tau,
          gradLogits,
          gradTau,
        }),
      )
    },

    indices: (draw, logits) =>
      made([backend.makeTensorInfo(logits.shape.slice(0, -1), 'int32')], (encoder, [indices]) =>
        sampler.encodeSample(encoder, { ...draw, logits: viewOf(logits), indices }),
      )[0],
  }
}

/** Of backends whose tensors are read into host memory; rows without a distribution are as on the GPU. */
export function callsOnCpu(tf: Tf): Calls {
  const marked = { invalidRows: 'mark' } as const
  const dataOf = (tensor: Tensor) => tensor.dataSync<'float32'>()
  return {
    samples(draw, logits, taus) {
      const options = { ...draw, ...marked, tau: taus ? dataOf(taus) : draw.tau }
      const found = draw.logSamples
        ? gumbelSoftmaxSync(dataOf(logits), { ...options, logSamples: true } as LogGumbelSoftmaxCallOptions).logSamples
        : gumbelSoftmaxSync(dataOf(logits), { ...options, logSamples: undefined }).samples
      return tf.tensor(found, logits.shape, 'float32')
    },
    gradients(draw, logits, gradSamples, samples, taus) {
      const given = { tau: taus ? dataOf(taus) : draw.tau, samples: samples && dataOf(samples), gradTau: !!taus }
      const options = { ...draw, ...marked, ...given }
      const { gradLogits, gradTau } = gumbelSoftmaxBackwardSync(dataOf(gradSamples), dataOf(logits), options)
      const gradTaus = gradTau ? [tf.tensor(gradTau, [gradTau.length], 'float32')] : []
      return [tf.tensor(gradLogits, logits.shape, 'float32'), ...gradTaus]
    },
    indices(draw, logits) {
      const { indices } = sampleSync(dataOf(logits), { ...draw, ...marked })
      return tf.tensor(indices, logits.shape.slice(0, -1), 'int32')
    },
  }
}

/** What `tf.customGrad` gives its function to keep tensors with, after its inputs. */
export function saveOf(args: readonly (Tensor | GradSaveFunc)[]): GradSaveFunc {
  return args.at(-1) as GradSaveFunc
}
