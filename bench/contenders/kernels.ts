// The library's own Philox, which is not an export: a copy could be another one some day.
import philox from '../../shaders/shared/philox.wgsl?raw'
import { OPERATIONS, OPERATION_NAMES } from '../cases'
import type { Contender, ContenderName, Prepared } from '../contender'
import { finished, readWords } from '../device'
import argmaxParts from '../kernels/argmax_parts.wgsl?raw'
import copySource from '../kernels/copy.wgsl?raw'
import philoxOnly from '../kernels/philox_only.wgsl?raw'
import rowArgmax from '../kernels/row_argmax.wgsl?raw'
import scoreLogit from '../kernels/score_logit.wgsl?raw'
import scoreNaiveGumbel from '../kernels/score_naive_gumbel.wgsl?raw'

/** Operations that go over logits and do nothing else. */
const OF_LOGITS = OPERATION_NAMES.filter((name) => OPERATIONS[name].words)

/** One dispatch of a kernel with its buffers bound. */
interface Dispatch {
  pipeline: GPUComputePipeline
  bindGroup: GPUBindGroup
  workgroups: number
}

async function dispatchOf(
  device: GPUDevice,
  code: string,
  constants: Record<string, number>,
  buffers: (GPUBuffer | undefined)[],
  workgroups: number,
): Promise<Dispatch> {
  const module = device.createShaderModule({ code })
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module, constants } })
  const entries = buffers.flatMap((buffer, binding) => (buffer ? [{ binding, resource: { buffer } }] : []))
  const bindGroup = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries })
  return { pipeline, bindGroup, workgroups: Math.ceil(workgroups) }
}

function prepared(device: GPUDevice, dispatches: Dispatch[], buffers: GPUBuffer[]): Prepared {
  return {
    async run(calls) {
      const encoder = device.createCommandEncoder()
      for (let i = 0; i < calls; i++) {
        const pass = encoder.beginComputePass()
        for (const { pipeline, bindGroup, workgroups } of dispatches) {
          pass.setPipeline(pipeline)
          pass.setBindGroup(0, bindGroup)
          const x = Math.min(workgroups, 65535)
          pass.dispatchWorkgroups(x, Math.ceil(workgroups / x))
        }
        pass.end()
      }
      device.queue.submit([encoder.finish()])
      await finished(device)
    },
    destroy: () => buffers.forEach((buffer) => buffer.destroy()),
  }
}

/** Workgroups that keep a large GPU busy, and classes that a lane should have at least. */
const WORKGROUP_LANES = 64
const ENOUGH_WORKGROUPS = 512
const CLASSES_A_LANE = 64

function argmaxOf(device: GPUDevice, name: ContenderName, about: string, score: string, usesSeed: boolean): Contender {
  return {
    name,
    about,
    operations: ['sample', 'sample-log-probs'],
    device,
    async prepare({ batchSize, numClasses, buffer }) {
      let lanes = 1
      while (lanes < WORKGROUP_LANES && numClasses > lanes * CLASSES_A_LANE) lanes *= 2
      const parts = Math.max(
        1,
        Math.floor(Math.min(ENOUGH_WORKGROUPS / batchSize, numClasses / (lanes * CLASSES_A_LANE))),
      )
      const tasks = batchSize * parts
      const storage = (words: number, usage = 0) =>
        device.createBuffer({ size: 4 * words, usage: GPUBufferUsage.STORAGE | usage })
      const indices = storage(batchSize, GPUBufferUsage.COPY_SRC)
      const partIndices = parts > 1 ? storage(tasks) : indices
      const partScores = storage(tasks)
      const seed = device.createBuffer({ size: 16, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST })
      const dispatches = [
        await dispatchOf(
          device,
          rowArgmax + score,
          { ROWS: batchSize, CLASSES: numClasses, PARTS: parts, LANES: lanes },
          [buffer, partIndices, partScores, usesSeed ? seed : undefined],
          tasks / (WORKGROUP_LANES / lanes),
        ),
      ]
      if (parts > 1)
        dispatches.push(
          await dispatchOf(
            device,
            argmaxParts,
            { ROWS: batchSize, PARTS: parts },
            [partIndices, partScores, indices],
            batchSize / 64,
          ),
        )
      const kernels = prepared(device, dispatches, [indices, partIndices, partScores, seed])
      if (!usesSeed) return kernels
      return {
        ...kernels,
        async draw(value) {
          // Spread over the word, as neighbouring seeds would only permute the hash's inputs.
          device.queue.writeBuffer(seed, 0, Uint32Array.of(Math.imul(value, 0x9e3779b9)))
          await kernels.run(1)
          return readWords(device, indices, batchSize)
        },
      }
    },
  }
}

export function argmax(device: GPUDevice): Contender {
  return argmaxOf(device, 'argmax', 'plain argmax of the logits, one read: the floor', scoreLogit, false)
}

export function naive(device: GPUDevice): Contender {
  return argmaxOf(device, 'naive WGSL', 'argmax of logit - log(-log(hash)), as first written', scoreNaiveGumbel, true)
}

export function copy(device: GPUDevice): Contender {
  return {
    name: 'copy',
    about: 'a copy of the logits: the bandwidth',
    operations: OF_LOGITS,
    device,
    async prepare({ batchSize, numClasses, buffer }) {
      const vectors = Math.floor((batchSize * numClasses) / 4)
      const target = device.createBuffer({ size: 16 * vectors, usage: GPUBufferUsage.STORAGE })
      const dispatch = await dispatchOf(device, copySource, { VECTORS: vectors }, [buffer, target], vectors / 256)
      return prepared(device, [dispatch], [target])
    },
  }
}

export function philoxAlone(device: GPUDevice): Contender {
  return {
    name: 'Philox alone',
    about: 'two Philox blocks for every eight classes, nothing read or written',
    operations: OF_LOGITS,
    device,
    async prepare({ batchSize, numClasses }) {
      const groups = batchSize * Math.ceil(numClasses / 8)
      const unwritten = device.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE })
      const seed = device.createBuffer({ size: 16, usage: GPUBufferUsage.UNIFORM })
      const dispatch = await dispatchOf(
        device,
        philoxOnly + philox,
        { GROUPS: groups },
        [unwritten, seed],
        groups / 1024,
      )
      return prepared(device, [dispatch], [unwritten, seed])
    },
  }
}
