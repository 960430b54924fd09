/** Results of calls: their arrays, and what the caller gets of them. */

import { InvalidRowsError, invalidRowsOf } from './errors'
import { type Call, type CpuOperation, type Output, type Results, type Shape, resultGeometry } from './operation'

/** How many results a call has: the product of some of its sizes, with their names for messages. */
export interface Extent {
  name: string
  value: number
}

/** How many values an output has. */
export function extentOf({ per, columns }: Output, shape: Shape): Extent {
  const names = [
    'batchSize',
    ...(per === 'draw' ? ['numSamples' as const] : []),
    ...(typeof columns === 'string' ? [columns] : []),
  ] as const
  return { name: names.join(' * '), value: names.reduce((product, name) => product * (shape[name] ?? 0), 1) }
}

/**
 * An array for an output of a call.
 * @throws RangeError that names the extent, where there is no memory for so many
 */
export function arrayOf(output: Output, shape: Shape): Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> {
  const { type, rows, columns } = resultGeometry(output, shape)
  try {
    return type === 'float32' ? new Float32Array(rows * columns) : new Int32Array(rows * columns)
  } catch {
    const { name, value } = extentOf(output, shape)
    throw new RangeError(`${name} is ${value}; there is no memory for so many results`)
  }
}

/** Arrays for all wanted outputs. */
export function arraysOf({ operation, request, wanted }: Pick<Call, 'operation' | 'request' | 'wanted'>): Results {
  const outputs = operation.outputs.filter(({ name }) => wanted.has(name))
  return Object.fromEntries(outputs.map((output) => [output.name, arrayOf(output, request)]))
}

/**
 * What a call gives: results by name, and the rows without a distribution or a result.
 * @throws InvalidRowsError unless such rows are to be marked, or told by statuses
 */
export function answerOf({ operation, request, inputs, wanted }: Call<CpuOperation>, results: Results): unknown {
  const { statuses } = results
  const given = operation.outputs.filter(({ name, call }) => wanted.has(name) && call !== 'hidden')
  const named = Object.fromEntries(given.map(({ name }) => [name, results[name]]))
  const invalidRows = statuses ? invalidRowsOf(statuses, statuses.length / request.batchSize) : []
  if (invalidRows.length > 0 && !request.markInvalid && !('statuses' in named))
    throw new InvalidRowsError(
      invalidRows,
      `pass invalidRows: 'mark' to get ${operation.marked} for such rows`,
      operation.logitsName?.(inputs),
    )
  if (operation.finish) return operation.finish(request, results)
  return { ...named, invalidRows }
}
