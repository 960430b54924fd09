import { OPERATIONS } from '../cases'
import type { Contender } from '../contender'
import { finished, readWords } from '../device'
import sortSource from '../kernels/argsort.wgsl?raw'
import pickSource from '../kernels/pick_sorted.wgsl?raw'

/** In step with argsort.wgsl. */
const BLOCK = 512
/** What offsets of uniforms are multiples of. */
const ALIGNMENT = 256

type Entry = 'load_and_sort' | 'exchange' | 'sort_blocks'

/** A sort of each whole row on the GPU, then a walk along the cumulative sum, as WebLLM filters. */
export function argsort(device: GPUDevice): Contender {
  return {
    name: 'argsort WGSL',
    about: 'a bitonic sort of each row, then a walk along the cumulative sum, as in WebLLM',
    operations: ['sample-top-k-top-p', 'sample-top-k', 'sample-top-p'],
    // The sort is the same for all filters and logits.
    takes: ({ operation, logits }) => operation === 'sample-top-k-top-p' && logits === 'normal',
    device,
    async prepare({ operation, batchSize, numClasses, buffer }) {
      const { topK = numClasses, topP = 1 } = OPERATIONS[operation].filters ?? {}
      let size = BLOCK
      while (size < numClasses) size *= 2
      const { STORAGE, UNIFORM, COPY_DST, COPY_SRC } = GPUBufferUsage
      const [values, classes] = [0, 1].map(() => device.createBuffer({ size: 4 * batchSize * size, usage: STORAGE }))
      const indices = device.createBuffer({ size: 4 * batchSize, usage: STORAGE | COPY_SRC })

      // The steps of the stages beyond a block, as (stage, distance).
      const steps: [Entry, number, number][] = [['load_and_sort', 0, 0]]
      for (let stage = 2 * BLOCK; stage <= size; stage *= 2) {
        for (let distance = stage / 2; distance >= BLOCK; distance /= 2) steps.push(['exchange', stage, distance])
        steps.push(['sort_blocks', stage, 0])
      }
      const words = new Uint32Array((ALIGNMENT / 4) * steps.length)
      steps.forEach(([, stage, distance], i) => words.set([stage, distance], (ALIGNMENT / 4) * i))
      const uniforms = device.createBuffer({ size: words.byteLength, usage: UNIFORM | COPY_DST })
      device.queue.writeBuffer(uniforms, 0, words)
      const seed = device.createBuffer({ size: 16, usage: UNIFORM | COPY_DST })

      const pipelineOf = (code: string, entryPoint: string, constants: Record<string, number>) =>
        device.createComputePipelineAsync({
          layout: 'auto',
          compute: { module: device.createShaderModule({ code }), entryPoint, constants },
        })
      const bound = (pipeline: GPUComputePipeline, bindings: Record<number, GPUBufferBinding>) =>
        device.createBindGroup({
          layout: pipeline.getBindGroupLayout(0),
          entries: Object.entries(bindings).map(([binding, resource]) => ({ binding: Number(binding), resource })),
        })
      const sorts = {
        load_and_sort: await pipelineOf(sortSource, 'load_and_sort', { CLASSES: numClasses, SIZE: size }),
        exchange: await pipelineOf(sortSource, 'exchange', { SIZE: size }),
        sort_blocks: await pipelineOf(sortSource, 'sort_blocks', { SIZE: size }),
      }
      const blocks = (batchSize * size) / BLOCK
      const dispatches = steps.map(([entry], i) => {
        const first = entry === 'load_and_sort' ? { 0: { buffer } } : undefined
        const step = { 3: { buffer: uniforms, offset: ALIGNMENT * i, size: 16 } }
        const sorted = { 1: { buffer: values }, 2: { buffer: classes } }
        const bindings = { ...sorted, ...(first ?? step) }
        return { pipeline: sorts[entry], bindGroup: bound(sorts[entry], bindings), workgroups: blocks }
      })
      const pick = await pipelineOf(pickSource, 'main', { SIZE: size, TOP_K: topK, TOP_P: topP })
      const picked = { 0: { buffer: values }, 1: { buffer: classes }, 2: { buffer: indices }, 3: { buffer: seed } }
      dispatches.push({ pipeline: pick, bindGroup: bound(pick, picked), workgroups: batchSize })

      const run = async (calls: number) => {
        const encoder = device.createCommandEncoder()
        for (let i = 0; i < calls; i++) {
          const pass = encoder.beginComputePass()
          for (const { pipeline, bindGroup, workgroups } of dispatches) {
            pass.setPipeline(pipeline)
            pass.setBindGroup(0, bindGroup)
            pass.dispatchWorkgroups(Math.min(workgroups, 65_535), Math.ceil(workgroups / 65_535))
          }
          pass.end()
        }
        device.queue.submit([encoder.finish()])
        await finished(device)
      }
      return {
        run,
        async draw(value) {
          device.queue.writeBuffer(seed, 0, Uint32Array.of(Math.imul(value, 0x9e3779b9)))
          await run(1)
          return readWords(device, indices, batchSize)
        },
        destroy: () => [values, classes, indices, uniforms, seed].forEach((each) => each.destroy()),
      }
    },
  }
}
