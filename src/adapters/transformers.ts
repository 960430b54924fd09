/** Text by transformers.js with this library's draws: seeded, filtered, and on the GPU where the logits are. */

import type { GenerationConfig, PreTrainedModel, Tensor } from '@huggingface/transformers'
import { type DecoderOptions, type Sampler, sampleSync } from 'gumbel-webgpu'
import { drawingModel } from './transformers_model'
import { type Criterion, Rows } from './transformers_rows'

/** What texts are drawn with: the n-th new token of a row, from 0, at `step + n`; row r has stream r unless `streams` or seeds a row are given. */
export type DrawOptions = Pick<
  DecoderOptions,
  'seed' | 'streams' | 'step' | 'tail' | 'temperature' | 'topK' | 'topP' | 'minP'
>

/** Options of transformers.js that are taken beside them: these, and whatever is a tensor. */
export interface GenerateOptions extends DrawOptions, Partial<Pick<GenerationConfig, TakenName>> {
  sampler: Sampler
  [name: string]: unknown
}

type Generated = Awaited<ReturnType<PreTrainedModel['generate']>>
type TakenName =
  | ('max_new_tokens' | 'max_length' | 'min_new_tokens' | 'min_length' | 'repetition_penalty' | 'no_repeat_ngram_size')
  | ('suppress_tokens' | 'begin_suppress_tokens' | 'bad_words_ids' | 'forced_bos_token_id' | 'forced_eos_token_id')
  | ('pad_token_id' | 'bos_token_id' | 'eos_token_id' | 'decoder_start_token_id' | 'return_dict_in_generate')

const DRAWS = ['seed', 'streams', 'step', 'tail', 'temperature', 'topK', 'topP', 'minP']
const TAKEN =
  'sampler max_new_tokens max_length min_new_tokens min_length repetition_penalty no_repeat_ngram_size suppress_tokens ' +
  'begin_suppress_tokens bad_words_ids forced_bos_token_id forced_eos_token_id pad_token_id bos_token_id eos_token_id ' +
  'decoder_start_token_id decoder_input_ids return_dict_in_generate past_key_values stopping_criteria streamer'

/**
 * Session options for `from_pretrained` or `pipeline`, given without `device`: the model runs on this device and its logits stay there, where
 * `generate` of this module draws from them. transformers.js's own `generate` cannot read them.
 * @throws TypeError where there is no device
 */
export function gpuSession(device: GPUDevice) {
  if (!device)
    throw new TypeError(`device is ${device}; it must be a GPUDevice; without WebGPU leave session_options out`)
  return { executionProviders: [{ name: 'webgpu', device }], preferredOutputLocation: 'gpu-buffer' } as const
}

/**
 * Generates as `model.generate(options)` does, each token drawn by this library; `temperature: 0` takes the most likely. A row that has ended
 * gives `pad_token_id`. What is neither taken nor a tensor is refused. What the model's `generation_config.json` says of sampling
 * (`do_sample`, `temperature`, `top_k`, `top_p`, `num_beams`) is not read; the rest of it holds.
 * @throws RangeError or TypeError naming the option, InvalidRowsError, DeviceError
 */
export function generate(
  model: PreTrainedModel,
  options: GenerateOptions & { return_dict_in_generate: true },
): Promise<Exclude<Generated, Tensor>>
export function generate(model: PreTrainedModel, options: GenerateOptions): Promise<Tensor>
export async function generate(model: PreTrainedModel, options: GenerateOptions): Promise<Generated> {
  const { draws, rest } = separated(options)
  const { sampler, stopping_criteria, do_sample = true, ...given } = rest
  if (do_sample !== true)
    throw new TypeError(`do_sample is ${do_sample}; it must be true; temperature: 0 takes the most likely`)
  if (!sampler) throw new TypeError('sampler is undefined; it must be a Sampler of gumbel-webgpu')
  const attention = model.config.is_encoder_decoder ? undefined : (given.attention_mask as Tensor | undefined)
  const rows = new Rows(sampler as Sampler, draws, [stopping_criteria ?? []].flat() as Criterion[], attention)
  try {
    return await drawingModel(model, rows).generate({
      ...given,
      do_sample: false,
      num_beams: 1,
      stopping_criteria: [() => rows.ended()],
    })
  } finally {
    rows.destroy()
  }
}

/** Options of draws, and all others; names that nobody takes are refused. */
function separated(options: GenerateOptions): { draws: DrawOptions; rest: Record<string, unknown> } {
  const draws: Record<string, unknown> = {}
  const rest: Record<string, unknown> = {}
  for (const name in options) {
    const value = options[name]
    if (value === undefined) continue
    const isTensor = typeof value === 'object' && value !== null && 'ort_tensor' in value
    if (DRAWS.includes(name)) draws[name] = value
    else if (isTensor || name === 'do_sample' || TAKEN.split(' ').includes(name)) rest[name] = value
    else throw unknown(name, 'taken', [...DRAWS, ...TAKEN.split(' ')])
  }
  return { draws: draws as unknown as DrawOptions, rest }
}

/** A name in transformers.js's spelling may be one of this library's. */
function unknown(name: string, what: string, allowed: string[]): TypeError {
  const meant = name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase())
  const hint = DRAWS.includes(meant) ? `did you mean ${meant}?` : `options may have ${allowed.join(', ')}`
  return new TypeError(`options.${name} is not ${what}; ${hint}`)
}

/** A processor, which transformers.js calls as a function. */
export type GumbelLogitsProcessor = ((ids: bigint[][], logits: Tensor) => Tensor) & {
  _call(ids: bigint[][], logits: Tensor): Tensor
}

/**
 * The same draws by transformers.js's public hook, on the CPU: the last of `logits_processor` in `model.generate()` or a pipeline, without
 * `do_sample`. It leaves each row the class that it draws, 0, and -Infinity elsewhere. A row that has ended goes on: the hook does not know.
 * @throws RangeError or TypeError naming the option, InvalidRowsError
 */
export const GumbelLogitsProcessor = processorOf as unknown as new (options: DrawOptions) => GumbelLogitsProcessor

function processorOf(options: DrawOptions): GumbelLogitsProcessor {
  for (const name in options) if (!DRAWS.includes(name)) throw unknown(name, 'known', DRAWS)
  const { step = 0, ...draws } = options
  let rows: bigint[][] | undefined
  let begin = 0
  const draw = (ids: bigint[][], logits: Tensor) => {
    // One generation has one list, which it appends to.
    if (ids !== rows) [rows, begin] = [ids, ids[0].length]
    const [data, numClasses] = [logits.data as Float32Array, logits.dims.at(-1)!]
    const { indices } = sampleSync(data, { ...draws, numClasses, step: step + ids[0].length - begin })
    data.fill(-Infinity)
    indices.forEach((index, r) => (data[r * numClasses + index] = 0))
    return logits
  }
  return Object.assign(draw, { _call: draw })
}
