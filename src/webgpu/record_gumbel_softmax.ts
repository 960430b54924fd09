import type { Binding } from '../gpu/bindings'
import { type Request, ROW_PARAMS_WORDS } from '../request'
import { type Slice, type SoftmaxPlan, WORKGROUP_LANES } from './plan'
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
import { type RowsPlace, bindRows, isAligned } from './rows'
import { type Kernel, type RowsOutModule, modulesOf } from './shader'

export interface SoftmaxRecording extends Recording {
  plan: SoftmaxPlan
  hard: boolean
  samples: RowsPlace
}

/** Records the dispatches of a plan for Gumbel-softmax. */
export function recordGumbelSoftmax(recording: SoftmaxRecording): void {
  const { plan, request, context, hard } = recording
  const { logits, lanes, slices } = plan
  const rowsOut = samplesModule(recording)
  const reduce = reduceModule(context, lanes)
  const relaxes = modulesOf({ logits, reduce, rowsOut })
  const writes = outputModules(recording.outputs)
  const modules = { ...relaxes, ...writes }
  const constants = { ...constantsOf(recording), ONE_HOT: Number(hasOneHot(request)) }
  for (const slice of slices) {
    const draws = slice.rows * request.numSamples
    const written = samplesOf(recording, slice)
    const run = (kernel: Kernel, count: number, bindings: Binding[]) =>
      dispatch(recording, kernel, slice, count, bindings, written.params)
    const input = logitsOf(recording, slice)
    const results = resultsOf(recording)
    if (plan.totalParts > 1) {
      const partials = partialsOf(recording)
      const count = draws * slice.parts
      if (hard) {
        run({ name: 'sample/draw_part', modules: modulesOf({ logits, reduce }), constants }, count, [input, partials])
        run(
          { name: 'gumbel_softmax/hard_finish', modules: { ...modulesOf({ reduce, rowsOut }), ...writes }, constants },
          count,
          [written.binding, partials, ...results],
        )
      } else {
        run({ name: 'gumbel_softmax/part', modules: relaxes, constants }, count, [input, written.binding, partials])
        run({ name: 'gumbel_softmax/finish', modules, constants }, count, [
          input,
          written.binding,
          partials,
          ...results,
        ])
      }
    } else {
      const [name, rows] = wholeRows(recording)
      run({ name, modules, constants: { ...constants, ...rows } }, Math.ceil((draws * lanes) / WORKGROUP_LANES), [
        input,
        written.binding,
        ...results,
      ])
    }
  }
}

/** The kernel for rows that are not split, and its constants. */
function wholeRows(recording: SoftmaxRecording): [Kernel['name'], Kernel['constants']] {
  const { plan, request, hard } = recording
  const { lanes, heldFours } = plan
  if (hard && isShort(recording)) return ['gumbel_softmax/hard_short', { ...shortConstants(request), LANES: 1 }]
  if (hard) return ['gumbel_softmax/hard', { LANES: lanes }]
  if (heldFours > 0) return ['gumbel_softmax/held', { LANES: lanes, FOURS: heldFours }]
  return ['gumbel_softmax/long', { LANES: lanes }]
}

/** Whether some row's temperature or tau is 0. */
function hasOneHot({ temperature, tau, rowParams }: Request): boolean {
  if (!rowParams) return temperature === 0 || tau === 0
  const { floats } = rowParams
  for (let at = 0; at < floats.length; at += ROW_PARAMS_WORDS) if (floats[at] === 0 || floats[at + 1] === 0) return true
  return false
}

function samplesModule({ samples, request }: SoftmaxRecording): RowsOutModule {
  if (samples.type === 'float16') return 'rows_out_f16'
  return isAligned(samples, request.numClasses) ? 'rows_out_f32x4' : 'rows_out_f32'
}

/** The binding that a slice's samples are written to. */
function samplesOf(recording: SoftmaxRecording, slice: Slice) {
  const { samples, request } = recording
  const first = (recording.firstRow + slice.firstRow) * request.numSamples
  const { binding, offset } = bindRows(samples, first, slice.rows * request.numSamples, request.numClasses)
  const bound: Binding = ['rows_out', binding]
  return { binding: bound, params: { rowsOutOffset: offset, rowsOutStride: samples.rowStride } }
}
