/** What each plan must hold, whatever the shape and the limits. */

import { expect } from 'vitest'
import { bindingsOf } from '../../src/gpu/bindings'
import { type Kernel, sourceOf } from '../../src/gpu/kernel'
import { workgroupsOf } from '../../src/gpu/slices'
import { type Planned, dispatchesOf } from './planned'

/** WebGPU's default for storage buffers of a compute shader, its uniforms apart. */
const STORAGE_BUFFERS = 8

/** Where the first row of a view begins in its binding, by the binding's name: the field of Params. */
const BEGINS: Record<string, string> = {
  logits: 'logitsOffset',
  indices: 'indexOffset',
  given_indices: 'indexOffset',
  log_probs: 'logProbOffset',
  scores: 'scoreOffset',
  statuses: 'statusOffset',
  remainders: 'remainderOffset',
  maxima: 'maximumOffset',
  log_sums: 'sumOffset',
  log_probs_out: 'logProbOffset',
  top_indices: 'indexOffset',
  top_log_probs: 'logProbOffset',
  grad_tau: 'gradTauOffset',
  grad_temperature: 'gradTemperatureOffset',
  densities: 'indexOffset',
  rows_in: 'rowsInOffset',
  soft_samples: 'softOffset',
  rows_out: 'rowsOutOffset',
  sums: 'rowsOutOffset',
  kept_out: 'rowsOutOffset',
  bias: 'biasOffset',
  bitmask: 'bitmaskOffset',
  tokens: 'tokensOffset',
  row_penalties: 'penaltyOffset',
  row_penalties_out: 'penaltyOffset',
  lengths_in: 'lengthsOffset',
  told: 'statusOffset',
  takers: 'statusOffset',
}

/** What the linked WGSL of a kernel declares. */
interface Declared {
  /** Names of bindings, in order, as one text. */
  bindings: string
  count: number
  rowSettings: boolean
  /** Workgroups of any size, rather than of 64 lanes. */
  anyWorkgroup: boolean
}

const linked = new Map<string, Declared>()

function declaredBy({ name, modules }: Kernel): Declared {
  const key = JSON.stringify([name, modules])
  let declared = linked.get(key)
  if (!declared) {
    const source = sourceOf({ name, modules })
    const names = [...bindingsOf(source).keys()]
    declared = {
      bindings: names.toSorted().join(),
      count: names.length,
      rowSettings: names.includes('row_settings'),
      anyWorkgroup: source.includes('@workgroup_size(WORKGROUP)'),
    }
    linked.set(key, declared)
  }
  return declared
}

/** Fails unless each dispatch binds what its kernel declares, within limits and buffers, where Params says that it begins. */
export function expectSound({ plan, views, limits, options }: Planned): void {
  const problems = new Set<string>()
  const must = (holds: boolean, what: () => string) => {
    if (!holds) problems.add(what())
  }
  for (const { kernel, params, bindings, workgroups, work } of plan.dispatches) {
    if (problems.size > 0) break
    const declared = declaredBy(kernel)
    const bound = ['params', ...Object.keys(bindings), ...(declared.rowSettings ? ['row_settings'] : [])]
    must(declared.bindings === bound.toSorted().join(), () => `${kernel.name} binds what it declares`)
    must(declared.count - 1 <= STORAGE_BUFFERS, () => `${kernel.name} has few bindings`)
    must(Math.max(...workgroupsOf(workgroups)) <= 65535, () => 'a dispatch is within the limit of workgroups')
    const lanes = kernel.constants.WORKGROUP ?? 64
    must(lanes === 64 || declared.anyWorkgroup, () => `${kernel.name} has workgroups of ${lanes}`)
    for (const [name, value] of Object.entries(params))
      must(Number.isInteger(value) && value >= 0 && value < 2 ** 32, () => `${name} is a word`)
    const { rows = 0, numSamples = 0 } = params
    must(work <= limits.work || rows * numSamples === 1, () => 'a dispatch is bounded by work')
    for (const [name, { of, offset, size }] of Object.entries(bindings)) {
      must(offset % 256 === 0, () => `${name} begins at a multiple of 256 bytes`)
      must(size > 0 && size <= limits.bindingBytes, () => `${name} is within the limit of a binding`)
      const view = views[of]
      if (!view) {
        must(offset + size <= plan.scratch[of], () => `${name} lies within the scratch buffer ${of}`)
        continue
      }
      const bytes = view.type.endsWith('float16') ? 2 : 4
      const perRow = view.per === 'row' ? 1 : options.numSamples
      const first = params.firstRow! * perRow + (view.per === 'draw' ? params.firstDraw! : 0)
      const count = rows * (view.per === 'draw' ? numSamples : 1)
      const column = of === 'logits' ? params.classOffset! : 0
      const columns = of === 'logits' ? params.classes! : view.columns
      const begin = view.offset + first * view.rowStride + column
      must(begin === offset / bytes + params[BEGINS[name] as 'indexOffset']!, () => `${name} begins where Params says`)
      const end = bytes * (begin + (count - 1) * view.rowStride + columns)
      must(end <= offset + size && offset + size < end + 4, () => `${name} ends with its last row`)
    }
  }
  expect([...problems]).toEqual([])
}

/** Fails unless the dispatches of these kernels go through every class of every draw once, in order. */
export function expectCovered(each: Planned, ...kernels: string[]): void {
  const { batchSize, numClasses, numSamples } = each.options
  let next = { row: 0, draw: 0, class: 0 }
  for (const { params } of dispatchesOf(each, ...kernels)) {
    const first = { row: params.firstRow, draw: params.firstDraw, class: params.classOffset }
    // `expect` is slow, and there are many.
    if (first.row !== next.row || first.draw !== next.draw || first.class !== next.class) expect(first).toEqual(next)
    const { rows = 0, numSamples: draws = 0, classes = 0 } = params
    if (next.class + classes < numClasses) {
      if (rows !== 1) expect(rows).toBe(1)
      next = { ...next, class: next.class + classes }
    } else if (next.draw + draws < numSamples) {
      if (rows !== 1) expect(rows).toBe(1)
      next = { ...next, draw: next.draw + draws, class: 0 }
    } else next = { row: next.row + rows, draw: 0, class: 0 }
  }
  expect(next).toEqual({ row: batchSize, draw: 0, class: 0 })
}
