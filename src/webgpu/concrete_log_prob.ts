import { logNormalizer } from '../cpu/concrete_log_prob'
import { emptyRowDraw, rowDraw } from '../cpu/row_draw'
import { InvalidRowsError, invalidRowsOf } from '../errors'
import type { ConcreteLogProbOptions, Logits, Values } from '../options'
import { densityRequestOf, marksInvalid } from '../request'
import { extentOf } from '../results'
import { ALIGNMENT } from './buffers'
import type { Context } from './context'
import { piecesOf, valuesOf } from './inputs'
import { type Bound, callersOutputs, drawCount } from './outputs'
import { WORKGROUP_LANES, planRows } from './plan'
import { readBack } from './read_back'
import { type Recording, constantsOf, dispatch, logitsOf, reduceModule } from './record'
import { type RowsPlace, bindRows, isAligned, rowsThatFit } from './rows'
import { modulesOf } from './shader'

/** Words of a `Density` in `shaders/concrete_log_prob/density.wgsl`: bits of the log density less its normalizer, and classes left. */
const DENSITY_WORDS = 2

/** Log densities of relaxed samples, read back. */
export async function concreteLogProb(
  context: Context,
  samples: Values,
  logits: Logits,
  options: ConcreteLogProbOptions,
): Promise<Float32Array> {
  const request = densityRequestOf(options)
  const markInvalid = marksInvalid(options)
  const { numClasses, numSamples } = request
  const pieces = piecesOf(context, logits, request, numSamples)
  const valuesFor = valuesOf(context, 'samples', samples, pieces, request)
  const count = drawCount(context, request, DENSITY_WORDS)
  const label = 'gumbel-webgpu concreteLogProb'
  const sizes = [4 * DENSITY_WORDS * count]
  const [bytes] = await readBack(
    context,
    label,
    pieces,
    sizes,
    extentOf(request, 'numSamples'),
    (encoder, piece, results) => {
      const place = valuesFor(piece)
      const maxBindingBytes = context.device.limits.maxStorageBufferBindingSize
      const rowsAtOnce = Math.floor(rowsThatFit(place, maxBindingBytes) / numSamples)
      if (rowsAtOnce < 1 || 4 * numClasses > maxBindingBytes - 2 * ALIGNMENT)
        throw new RangeError(
          `numClasses is ${numClasses} with numSamples ${numSamples}; logits and samples of a row must each fit ${maxBindingBytes} bytes on this device (maxStorageBufferBindingSize)`,
        )
      const { rows, firstRow, batchSize } = piece
      const plan = planRows(
        { batchSize, numClasses, numSamples, rows, maxBindingBytes, wide: context.wide },
        rowsAtOnce,
      )
      const pass = encoder.beginComputePass({ label })
      const recording: Recording = {
        request,
        rowParams: context.rowParamsOf(request),
        outputs: callersOutputs(context, {}, request, []),
        uniforms: context.uniforms,
        partials: (size) => context.partials.atLeast(size),
        context,
        pass,
        plan,
        firstRow,
        logits: piece.buffer(),
      }
      record(recording, place, results[0]!)
      pass.end()
    },
  )

  const words = new Uint32Array(bytes)
  const floats = new Float32Array(bytes)
  const logProbs = new Float32Array(count)
  const statuses = new Uint32Array(count)
  const row = emptyRowDraw()
  for (let i = 0; i < count; i++) {
    rowDraw(row, request, Math.floor(i / numSamples))
    const [at, classes] = [DENSITY_WORDS * i, words[DENSITY_WORDS * i + 1]]
    if (classes === 0) statuses[i] = words[at]
    logProbs[i] = classes === 0 ? NaN : floats[at] + logNormalizer(classes, row.tau)
  }
  const invalidRows = invalidRowsOf(statuses, numSamples)
  if (invalidRows.length > 0 && !markInvalid) throw new InvalidRowsError(invalidRows)
  return logProbs
}

function record(recording: Recording, samples: RowsPlace, densities: Bound): void {
  const { context, request, plan } = recording
  const { numSamples, numClasses } = request
  for (const slice of plan.slices) {
    const draws = slice.rows * numSamples
    const values = bindRows(samples, slice.firstRow * numSamples, draws, numClasses)
    const kernel = {
      name: 'concrete_log_prob/density',
      modules: modulesOf({
        logits: plan.logits,
        reduce: reduceModule(context, plan.lanes),
        rowsIn: isAligned(samples, numClasses) ? 'rows_in_f32x4' : 'rows_in_f32',
      }),
      constants: { ...constantsOf(recording), LANES: plan.lanes },
    }
    const places = { rowsInOffset: values.offset, rowsInStride: samples.rowStride }
    const count = Math.ceil((draws * plan.lanes) / WORKGROUP_LANES)
    dispatch(
      recording,
      kernel,
      slice,
      count,
      [logitsOf(recording, slice), ['rows_in', values.binding], ['densities', densities]],
      places,
    )
  }
}
