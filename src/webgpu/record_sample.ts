import { WORKGROUP_LANES } from './plan'
import { type Kernel, modulesOf } from './shader'
import {
  type Recording,
  constantsOf,
  dispatch,
  isShort,
  logitsOf,
  outputModules,
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
  const reads = modulesOf({ logits, reduce })
  const writes = outputModules(recording.outputs)
  const modules = { ...reads, ...writes }
  const constants = constantsOf(recording)
  if (plan.totalParts === 1) {
    for (const slice of slices) {
      const count = Math.ceil((slice.rows * request.numSamples * lanes) / WORKGROUP_LANES)
      const kernel: Kernel = isShort(recording)
        ? { name: 'sample/draw_short', modules, constants: { ...constants, ...shortConstants(request) } }
        : { name: 'sample/draw', modules, constants: { ...constants, LANES: lanes } }
      dispatch(recording, kernel, slice, count, [logitsOf(recording, slice), ...resultsOf(recording)])
    }
    return
  }
  const partials = partialsOf(recording)
  slices.forEach((slice, i) => {
    const draws = slice.rows * request.numSamples
    const part = { name: 'sample/draw_part', modules: reads, constants }
    dispatch(recording, part, slice, draws * slice.parts, [logitsOf(recording, slice), partials])
    if (slices[i + 1]?.firstRow === slice.firstRow) return
    const combine = { name: 'sample/draw_combine', modules: { ...modulesOf({ reduce }), ...writes }, constants }
    dispatch(recording, combine, slice, draws, [partials, ...resultsOf(recording)])
  })
}
