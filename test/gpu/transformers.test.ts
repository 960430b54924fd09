/** `gumbel-webgpu/transformers` with a GPT-2 on the CPU: options of transformers.js, texts in batches, pipelines, refusals. */
import {
  LogitsProcessorList,
  type PreTrainedModel,
  type PreTrainedTokenizer,
  type StoppingCriteria,
  Tensor,
  TextStreamer,
  pipeline,
} from '@huggingface/transformers'
import { type Sampler, createSampler } from 'gumbel-webgpu'
import {
  type DrawOptions,
  type GenerateOptions,
  GumbelLogitsProcessor,
  generate,
  gpuSession,
} from 'gumbel-webgpu/transformers'
import { beforeAll, describe, expect, test } from 'vitest'
import { writeTexts } from '../../examples/onnxruntime'
import { END, loadModel, loadSession, loadTokenizer } from '../helpers/gpt2'

const draws = { seed: 42n, temperature: 0.8, topK: 40, topP: 0.95 }
const prompts = ['In the beginning', 'And', 'The LORD said unto', 'Thou shalt not', 'Blessed', 'I', 'My son', 'O']
const steps = 12

function hook(options: DrawOptions): LogitsProcessorList {
  const list = new LogitsProcessorList()
  list.push(new GumbelLogitsProcessor(options))
  return list
}

const rowsOf = (ids: unknown) => ((ids as Tensor).tolist() as bigint[][]).map((row) => row.map(Number))

describe('transformers.js', () => {
  let model: PreTrainedModel
  let tokenizer: PreTrainedTokenizer
  let sampler: Sampler

  beforeAll(async () => {
    model = await loadModel(undefined)
    tokenizer = await loadTokenizer()
    sampler = await createSampler({ backend: 'cpu' })
  })

  /** New tokens of each text. */
  async function write(texts: string[], options: Partial<GenerateOptions> = {}): Promise<number[][]> {
    const inputs = tokenizer(texts, { padding: true })
    const ids = await generate(model, { ...inputs, sampler, ...draws, max_new_tokens: steps, ...options })
    return rowsOf(ids).map((row) => row.slice(inputs.input_ids.dims[1]))
  }

  /** The same by the hook. */
  async function writeByHook(texts: string[], options: object = {}, own: DrawOptions = draws): Promise<number[][]> {
    const inputs = tokenizer(texts, { padding: true })
    const ids = await model.generate({ ...inputs, max_new_tokens: steps, logits_processor: hook(own), ...options })
    return rowsOf(ids).map((row) => row.slice(inputs.input_ids.dims[1]))
  }

  /** A text to its end, without what fills a batch up. */
  const ended = (row: number[]) => row.slice(0, row.includes(END) ? row.indexOf(END) + 1 : row.length)

  test('generate(), the hook and a bare loop write the same, and a batch is its rows alone', async () => {
    const batch = await write(prompts)
    expect(new Set(batch.map(String)).size).toBe(prompts.length)
    expect((await writeByHook(prompts)).map(ended)).toEqual(batch.map(ended))
    const session = await loadSession(undefined)
    const ids = prompts.map((text) => rowsOf(tokenizer(text).input_ids)[0])
    const options = { ...draws, maxTokens: steps, stopTokens: [END] }
    const { tokens } = await writeTexts({ step: session }, sampler, { ...options, prompts: ids })
    expect(tokens.map((row) => [...row])).toEqual(batch.map(ended))
    for (const [r, text] of prompts.entries()) {
      expect((await write([text], { streams: r })).map(ended)).toEqual([ended(batch[r])])
      const alone = await writeTexts({ step: session }, sampler, { ...options, prompts: [ids[r]], streams: r })
      expect(alone.tokens[0]).toEqual(tokens[r])
    }
    await session.release()
  })

  test('seeds a row go with their texts to other places of a batch', async () => {
    const seeds = [5n, 6n, 7n]
    const [a, b, c] = await write(prompts.slice(0, 3), { seed: seeds })
    const turned = await write([prompts[2], prompts[0], prompts[1]], { seed: [seeds[2], seeds[0], seeds[1]] })
    expect(turned.map(ended)).toEqual([c, a, b].map(ended))
  })

  test('step is that of the first new token', async () => {
    const [whole] = await write(['And God said'], { streams: 3 })
    const [rest] = await write(['And God said ' + tokenizer.decode(whole.slice(0, 5))], {
      streams: 3,
      step: 5,
      max_new_tokens: steps - 5,
    })
    expect(rest).toEqual(whole.slice(5))
    expect(await writeByHook(['And God said'], {}, { ...draws, streams: 3, step: 5 })).not.toEqual([whole])
  })

  test('a hook that is used again begins again', async () => {
    const list = hook(draws)
    const first = await writeByHook(['And'], { logits_processor: list })
    expect(await writeByHook(['And'], { logits_processor: list })).toEqual(first)
  })

  test("after a row's end it gives pad_token_id, and all ends when all have ended", async () => {
    const long = { max_new_tokens: 60, pad_token_id: 7 }
    const rows = await write(['Selah', 'Amen', 'So'], { ...long, eos_token_id: [END, 5] })
    const lengths = rows.map((row) => row.findIndex((id) => id === END || id === 5) + 1)
    expect(new Set(lengths).size).toBeGreaterThan(1)
    expect(Math.min(...lengths)).toBeGreaterThan(0)
    rows.forEach((row, r) => {
      expect(row.length).toBe(Math.max(...lengths))
      expect(row.slice(lengths[r])).toEqual(Array(row.length - lengths[r]).fill(7))
    })
  })

  test.each<[string, object]>([
    ['suppress_tokens', { suppress_tokens: [1, 2, 3, 4] }],
    ['begin_suppress_tokens', { begin_suppress_tokens: [20] }],
    ['bad_words_ids', { bad_words_ids: [[1], [2, 24]] }],
    ['repetition_penalty', { repetition_penalty: 1.6 }],
    ['no_repeat_ngram_size', { no_repeat_ngram_size: 1 }],
    ['min_new_tokens', { min_new_tokens: 10, eos_token_id: [END, 1, 5] }],
    ['min_length', { min_length: 10, eos_token_id: [END, 1, 5] }],
    ['max_length', { max_length: 9, max_new_tokens: null }],
    ['forced_eos_token_id', { forced_eos_token_id: 200 }],
    [
      'several at once',
      { suppress_tokens: [1, 2], repetition_penalty: 1.3, min_new_tokens: 12, eos_token_id: 5, max_new_tokens: 14 },
    ],
  ])('%s does what it does in transformers.js', async (_, options) => {
    const text = ['Thou shalt not']
    const found = await write(text, options)
    expect(found).toEqual(await writeByHook(text, options))
    expect(found).not.toEqual(await write(text))
  })

  test('temperature 0 is greedy search, whatever the seed', async () => {
    const inputs = tokenizer('The LORD')
    const greedy = rowsOf(await model.generate({ ...inputs, max_new_tokens: 6 }))
    expect(rowsOf(await generate(model, { ...inputs, sampler, seed: 1, temperature: 0, max_new_tokens: 6 }))).toEqual(
      greedy,
    )
  })

  test('streamers get the text, and stopping criteria end rows', async () => {
    const [whole] = await write(['The LORD said unto'])
    let streamed = ''
    const streamer = new TextStreamer(tokenizer, {
      skip_prompt: true,
      callback_function: (text: string) => void (streamed += text),
    })
    // As a class of transformers.js, it is called as a function.
    const third = ((ids: bigint[][]) => ids.map((row) => row.length >= 8)) as unknown as StoppingCriteria
    const [stopped] = await write(['The LORD said unto'], { streamer, stopping_criteria: third })
    expect(stopped).toEqual(whole.slice(0, 3))
    expect(streamed.trim()).toBe(tokenizer.decode(stopped).trim())

    const first = ((ids: bigint[][]) => ids.map((_, r) => r === 0)) as unknown as StoppingCriteria
    const [short, other] = await write(['The LORD said unto', 'And'], { stopping_criteria: [first], pad_token_id: 9 })
    expect(short).toEqual([whole[0], ...Array(other.length - 1).fill(9)])
    expect(other.length).toBeGreaterThan(3)
  })

  test('a pipeline writes by the hook, or by generate()', async () => {
    const generator = await pipeline('text-generation', 'kjv-gpt2', { dtype: 'fp32', device: 'wasm' })
    const [expected] = await write(['And'])
    const text = 'And ' + tokenizer.decode(expected)
    const common = { max_new_tokens: steps, add_special_tokens: true }
    expect(await generator('And', { ...common, logits_processor: hook(draws) })).toEqual([{ generated_text: text }])
    const { model: own } = generator
    own.generate = (options) => generate(own, { ...options, sampler, ...draws })
    expect(await generator('And', common)).toEqual([{ generated_text: text }])
    await own.dispose()
  })

  test('two generations of one model at the same time are each its own, and the model stays as it was', async () => {
    const [one, two] = [await write(['And']), await write(['But'], { seed: 2n })]
    expect(await Promise.all([write(['And']), write(['But'], { seed: 2n })])).toEqual([one, two])
    expect(Object.getOwnPropertyNames(model)).not.toContain('forward')
  })

  test('float16 logits of the host are drawn from', async () => {
    const halves = await loadModel(undefined, 'fp16')
    const inputs = tokenizer('And')
    const session = await loadSession(undefined, { type: 'fp16' })
    const [prompt] = rowsOf(inputs.input_ids)
    const { tokens } = await writeTexts({ step: session }, sampler, { ...draws, prompts: [prompt], maxTokens: 6 })
    const ids = await generate(halves, { ...inputs, sampler, ...draws, max_new_tokens: 6 })
    expect(rowsOf(ids)[0].slice(prompt.length)).toEqual([...tokens[0]])
    await Promise.all([halves.dispose(), session.release()])
  })

  test.each<[string, object, string]>([
    ['top_p', { top_p: 0.9 }, 'options.top_p is not taken; did you mean topP?'],
    ['top_k', { top_k: 5 }, 'options.top_k is not taken; did you mean topK?'],
    ['num_beams', { num_beams: 4 }, 'options.num_beams is not taken; options may have seed, '],
    ['max_time', { max_time: 1 }, 'options.max_time is not taken'],
    ['generation_config', { generation_config: {} }, 'options.generation_config is not taken'],
    ['do_sample: false', { do_sample: false }, 'do_sample is false; it must be true'],
    ['no sampler', { sampler: undefined }, 'sampler is undefined; it must be a Sampler'],
    ['no seed', { seed: undefined }, 'seed is undefined; it must be a bigint or a number'],
    ['a wrong temperature', { temperature: -1 }, 'temperature is -1; it must be 0 or from 1e-18 to 1e18'],
    ['logits_processor', { logits_processor: [] }, 'options.logits_processor is not taken'],
  ])('generate() refuses %s', async (_, options, message) => {
    await expect(write(['And'], options)).rejects.toThrow(message)
  })

  test('generate() refuses what a generation_config.json may ask for', async () => {
    const { generation_config } = model
    Object.assign(generation_config!, { guidance_scale: 3 })
    await expect(write(['And'])).rejects.toThrow('guidance_scale is 3; it must be 1')
    delete (generation_config as { guidance_scale?: number }).guidance_scale
  })

  test('a session without a device is refused', () => {
    const message = 'device is undefined; it must be a GPUDevice; without WebGPU leave session_options out'
    expect(() => gpuSession(undefined as never)).toThrow(new TypeError(message))
  })

  test('the hook refuses what it does not know', () => {
    const options = { seed: 1n, top_p: 0.9 } as DrawOptions
    expect(() => new GumbelLogitsProcessor(options)).toThrow('options.top_p is not known; did you mean topP?')
  })
})
