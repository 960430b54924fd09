/** `gumbel-webgpu/onnxruntime` and `gumbel-webgpu/transformers` with a GPT-2 on the GPU, each in its own runtime. */
import { Tensor } from '@huggingface/transformers'
import { createSampler } from 'gumbel-webgpu'
import { generate } from 'gumbel-webgpu/transformers'
import { expect, test } from 'vitest'
import { writeTexts } from '../../examples/onnxruntime'
import { END, type LogitsType, loadModel, loadSession } from '../helpers/gpt2'
import { testDevice } from '../helpers/gpu'
import { WHOLE, matrix } from '../helpers/matrix'

/** Three ids of 64 bits are no whole number of the runtime's units of bytes. */
const batch = 3
const steps = 4
const draws = { seed: 42n, temperature: 0.8, topK: 40, topP: 0.95 }
const ofOrt = { ...draws, prompts: Array.from({ length: batch }, () => [END]), maxTokens: steps, stopTokens: [END] }

/** Counts what `mapAsync` is called for meanwhile. */
async function counting<T>(work: () => Promise<T>): Promise<{ answer: T; maps: number }> {
  const { mapAsync } = GPUBuffer.prototype
  let maps = 0
  GPUBuffer.prototype.mapAsync = function (this: GPUBuffer, ...args) {
    maps++
    return mapAsync.apply(this, args)
  }
  try {
    return { answer: await work(), maps }
  } finally {
    GPUBuffer.prototype.mapAsync = mapAsync
  }
}

/** Of the browsers Firefox has float16 on every adapter. */
const [LOGITS, OTHER]: LogitsType[] = navigator.userAgent.includes('Firefox') ? ['fp16', 'fp32'] : ['fp32', 'fp16']

test.for(matrix({ everywhere: [LOGITS], whole: [OTHER] }))(
  'a GPT-2 on the GPU writes the same in both runtimes, with %s logits',
  async (type, { skip }) => {
    const device = await testDevice()
    skip(type === 'fp16' && !device.features.has('shader-f16'), 'the runtime needs shader-f16 for float16 logits')
    const sampler = await createSampler({ device })
    const cpu = await createSampler({ backend: 'cpu' })

    const fixed = await loadSession(device, { type, fixed: { batch, steps: 1 } })
    const step = { step: fixed }
    // The one read is the caller's, of the texts.
    const { answer, maps } = await counting(() => writeTexts(step, sampler, ofOrt))
    expect(maps).toBe(1)
    const texts = answer.tokens.map((each) => [...each])
    expect(new Set(texts.map(String)).size).toBe(batch)
    await fixed.release()

    const onCpu = await loadSession(undefined, { type })
    expect((await writeTexts({ step: onCpu }, cpu, ofOrt)).tokens).toEqual(answer.tokens)
    await onCpu.release()
    if (WHOLE || type === 'fp16') {
      // Sizes that are not fixed: the runtime copies ids to the host, and has them right.
      const dynamic = await loadSession(device, { type })
      expect((await writeTexts({ step: dynamic }, sampler, ofOrt)).tokens).toEqual(answer.tokens)
      await dynamic.release()
    }

    const model = await loadModel(device, type)
    const ones = new Tensor('int64', Array<bigint>(batch).fill(1n), [batch, 1])
    const inputs = {
      input_ids: new Tensor('int64', Array<bigint>(batch).fill(BigInt(END)), [batch, 1]),
      attention_mask: ones,
    }
    const { answer: ids, maps: reads } = await counting(() =>
      generate(model, { ...inputs, ...draws, sampler, max_new_tokens: steps }),
    )
    const expected = texts.map((each) => [END, ...each, ...Array<number>(steps - each.length).fill(END)])
    expect(ids.tolist()).toEqual(expected.map((each) => each.map(BigInt)))
    // A read of ids a token: logits stay where they are.
    expect(reads).toBe(steps)
    await model.dispose()
    sampler.destroy()
  },
)
