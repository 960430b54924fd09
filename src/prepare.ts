/** Calls that are described before they are made, so that their kernels can be compiled. */

import { callOf, recordingOf } from './call'
import { isObject, oneOf, shown } from './checks'
import type { Call, Operation } from './operation'
import { concreteLogProb } from './operations/concrete_log_prob/operation'
import { gumbelGivenIndex } from './operations/gumbel_given_index/operation'
import { gumbelSoftmax } from './operations/gumbel_softmax/operation'
import { gumbelSoftmaxBackward } from './operations/gumbel_softmax_backward/operation'
import { noise } from './operations/noise/operation'
import { sample } from './operations/sample/operation'
import type { Recording } from './call'

const OPERATIONS: readonly Operation[] = [
  sample,
  gumbelSoftmax,
  gumbelSoftmaxBackward,
  concreteLogProb,
  gumbelGivenIndex,
  noise,
]

/** A checked call whose views lie in no memory: in plans they are buffers. */
export type Described = { call: Call; recording?: undefined } | { recording: Recording; call?: undefined }

/** Stands for memory in views that are described. */
const NOWHERE = { size: Infinity, usage: 128 } as GPUBuffer

/**
 * Checks descriptions of calls as the calls do.
 * @throws RangeError, TypeError naming the parameter, its value and what it may be
 */
export function describedCalls(calls: unknown): Described[] {
  if (!Array.isArray(calls)) throw new TypeError(`calls is ${shown(calls)}; it must be an array`)
  return calls.map((call: unknown, i) => described(`calls[${i}]`, call))
}

function described(name: string, given: unknown): Described {
  if (!isObject(given)) throw new TypeError(`${name} is ${shown(given)}; it must be an object`)
  const { operation: method, seed = 0, ...others } = given as Record<string, unknown>
  const names = OPERATIONS.flatMap((each) => [each.name, ...(each.encodeName ? [each.encodeName] : [])])
  oneOf(`${name}.operation`, method, names)
  const operation = OPERATIONS.find((each) => each.name === method || each.encodeName === method)!
  if (method === operation.encodeName) return { recording: describedRecording(operation, { seed, ...others }) }
  const args: Record<string, unknown> = {}
  const options: Record<string, unknown> = { seed, ...others }
  for (const input of operation.inputs)
    if (input.optional) options[input.name] = placed(input.name, others[input.name])
    else {
      args[input.name] = placed(input.name, others[input.name] ?? {})
      delete options[input.name]
    }
  Object.assign(options, operation.placed?.(others, placed))
  if (operation === noise) {
    args.kind = others.kind
    delete options.kind
  }
  return { call: callOf(operation, args, options) }
}

function describedRecording(operation: Operation, given: Record<string, unknown>): Recording {
  const options = { ...given, ...operation.placed?.(given, placed) }
  for (const { name, optional } of operation.inputs)
    options[name] = placed(name, given[name] ?? (optional ? undefined : {}))
  for (const { name, encode } of operation.outputs)
    if (encode !== 'never') options[name] = placed(name, given[name] ?? (encode === 'required' ? {} : undefined))
  return recordingOf(operation, options)
}

/** A view of which only the place is given: type, offset and stride. */
function placed(name: string, place: unknown): unknown {
  if (place === undefined) return undefined
  if (!isObject(place)) throw new TypeError(`${name} is ${shown(place)}; it must be an object`)
  return { ...place, buffer: NOWHERE }
}
