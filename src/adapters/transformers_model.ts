/** A model of transformers.js whose `generate()` takes the tokens that rows draw. */

import type { GenerationConfig, PreTrainedModel, Tensor } from '@huggingface/transformers'
import type { Processors, Rows } from './transformers_rows'

/** What a model has inside, in transformers.js 4.3. */
interface Internals {
  generate(options: object): ReturnType<PreTrainedModel['generate']>
  _get_logits_processor(config: object, promptLength: number, given: null): Processors
}

/** What this object lacks it has from the model, which stays as it is for other calls. */
export function drawingModel(
  model: PreTrainedModel,
  rows: Rows,
): { generate(options: object): ReturnType<PreTrainedModel['generate']> } {
  // The class's own: a pipeline's model may have another `generate`, which calls this one.
  const { generate, _get_logits_processor: processorsOf } = Object.getPrototypeOf(model) as Internals
  const changes = {
    generate,

    prepare_inputs_for_generation(ids: bigint[][], ...others: unknown[]) {
      rows.history = ids
      return model.prepare_inputs_for_generation(ids, ...others)
    },

    async forward(inputs: object) {
      const outputs: { logits: Tensor } = await model.forward(inputs)
      const { logits } = outputs
      try {
        await rows.draw(logits)
      } finally {
        if (logits.location === 'gpu-buffer') logits.dispose()
      }
      // In place of logits: what is looked at are the scores that the processor below gives.
      outputs.logits = rows.scores!.slice(null, [0, 1]).unsqueeze(1)
      return outputs
    },

    _get_logits_processor(config: GenerationConfig, promptLength: number, given: Iterable<unknown> | null) {
      if ([...(given ?? [])].length > 0)
        throw new TypeError(
          'logits_processor is set, but would see no logits; give it to model.generate() with GumbelLogitsProcessor last',
        )
      for (const name of ['guidance_scale', 'num_return_sequences'] as const)
        if ((config[name] ?? 1) > 1) throw new RangeError(`${name} is ${config[name]}; it must be 1`)
      rows.begin(config, processorsOf.call(model, { ...config, repetition_penalty: 1 }, promptLength, null))
      return () => rows.scores
    },
  }
  return Object.assign(Object.create(model), changes)
}
