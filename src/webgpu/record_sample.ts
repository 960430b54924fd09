import { OUTPUT_LOG_PROBS } from './params'
import { WORKGROUP_LANES } from './plan'
import { type Recording, dispatch, logitsOf, partialsOf, reduceModule, resultsOf } from './record'

/** Records the dispatches of a plan for Gumbel-max. */
export function recordSample(recording: Recording): void {
  const { plan, request, outputs, context } = recording
  const { logits, lanes, slices } = plan
  const reduce = reduceModule(context, lanes)
  const LOG_PROBS = (outputs.params.outputs & OUTPUT_LOG_PROBS) === 0 ? 0 : 1
  if (plan.totalParts === 1) {
    for (const slice of slices) {
      const count = Math.ceil((slice.rows * request.numSamples * lanes) / WORKGROUP_LANES)
      const kernel = { name: 'sample', logits, reduce, constants: { LANES: lanes, LOG_PROBS } } as const
      dispatch(recording, kernel, slice, count, [logitsOf(recording, slice), ...resultsOf(recording)])
    }
    return
  }
  const partials = partialsOf(recording)
  slices.forEach((slice, i) => {
    const draws = slice.rows * request.numSamples
    const part = { name: 'sample_part', logits, reduce, constants: { LOG_PROBS } } as const
    dispatch(recording, part, slice, draws * slice.parts, [logitsOf(recording, slice), partials])
    if (slices[i + 1]?.firstRow === slice.firstRow) return
    const combine = { name: 'sample_combine', reduce, constants: { LOG_PROBS } } as const
    dispatch(recording, combine, slice, draws, [partials, ...resultsOf(recording)])
  })
}
