import { WORKGROUP_LANES } from './plan'
import type { Kernel } from './shader'
import {
  type Recording,
  constantsOf,
  dispatch,
  isShort,
  logitsOf,
  partialsOf,
  reduceModule,
  resultsOf,
  shortConstants,
} from './record'

/** Records the dispatches of a plan for Gumbel-max. */
export function recordSample(recording: Recording): void {
  const { plan, request, context } = recording
  const { logits, lanes, slices } = plan
  const reduce = reduceModule(context, lanes)
  const constants = constantsOf(recording)
  if (plan.totalParts === 1) {
    for (const slice of slices) {
      const count = Math.ceil((slice.rows * request.numSamples * lanes) / WORKGROUP_LANES)
      const kernel: Kernel = isShort(recording)
        ? { name: 'sample_short', logits, reduce, constants: { ...constants, ...shortConstants(request) } }
        : { name: 'sample', logits, reduce, constants: { ...constants, LANES: lanes } }
      dispatch(recording, kernel, slice, count, [logitsOf(recording, slice), ...resultsOf(recording)])
    }
    return
  }
  const partials = partialsOf(recording)
  slices.forEach((slice, i) => {
    const draws = slice.rows * request.numSamples
    const part = { name: 'sample_part', logits, reduce, constants } as const
    dispatch(recording, part, slice, draws * slice.parts, [logitsOf(recording, slice), partials])
    if (slices[i + 1]?.firstRow === slice.firstRow) return
    const combine = { name: 'sample_combine', reduce, constants } as const
    dispatch(recording, combine, slice, draws, [partials, ...resultsOf(recording)])
  })
}
