import { type Bound, dispatchOf, together } from '../../gpu/bound'
import { WORKGROUP_LANES, enoughWorkgroups } from '../../gpu/lanes'
import { drawConstants, readBound, readModules, reduceModule, settingsModule } from '../../gpu/modules'
import type { Dispatch, Range, Slice, Work } from '../../gpu/plan'
import { mayHaveTopPAlone } from '../../settings'
import { KEPT } from './outputs'

/** In step with `shaders/nucleus/rows.wgsl`: bytes of a `Row` and of a `Part`. */
const ROW_BYTES = 60
const PART_BYTES = 24
/** Draws of a row before it is looked for what it keeps: at p = 0.9 one row in some 5,000 has more. */
const ROUNDS = 3
/** Classes of shorter rows are ranked sooner than drawn and tested. */
const FEWEST_CLASSES = 4096
/** Lanes that share a part of a row on software adapters, which wait at barriers. */
const NARROW_LANES = 8
/** llvmpipe ends all loops of an invocation after 65,535 turns, and a block takes up to some 75 in a draw. */
const MOST_BLOCKS_A_LANE = 256

/** Names of scratch buffers. */
const ROWS = 'nucleus rows'
const PARTS = 'nucleus parts'

/** Whether rows are drawn from before it is known what they keep: where nobody asks for that, and some row may have top-p and no top-k. */
export function drawsFirst(work: Work): boolean {
  const { numClasses, numSamples, settings } = work.request
  const asked = drawConstants(work).LOG_PROBS === 1 || KEPT.some(({ name }) => name in work.views)
  return numSamples === 1 && numClasses >= FEWEST_CLASSES && !asked && mayHaveTopPAlone(settings)
}

/** Bytes of what a slice's rows and their parts leave, by the names of scratch buffers. */
export function nucleusBytes(work: Work, rows: number, blocks: number): Record<string, number> {
  return { [ROWS]: ROW_BYTES * rows, [PARTS]: PART_BYTES * shapeOf(work, blocks).parts * rows }
}

/** Lanes of a workgroup, and workgroups that share a row. */
function shapeOf(work: Work, blocks: number): { lanes: number; parts: number } {
  const lanes = work.limits.wide ? WORKGROUP_LANES : NARROW_LANES
  const busy = Math.floor(Math.min(enoughWorkgroups(work) / work.request.batchSize, blocks / lanes))
  return { lanes, parts: Math.max(1, busy, Math.ceil(blocks / lanes / MOST_BLOCKS_A_LANE)) }
}

/** What each row's draws have come to, for `filter/choose`, where rows are drawn from first. */
export function settledModules(ranges: Record<string, Range>): Record<string, string> {
  return ranges[ROWS] ? { 'filter/none_settled': 'nucleus/settled' } : {}
}

export function settledBound(work: Work, ranges: Record<string, Range>, blocks: number): Bound {
  if (!ranges[ROWS]) return { bindings: {}, params: {} }
  return {
    bindings: { nucleus_rows: ranges[ROWS], nucleus_parts: ranges[PARTS] },
    params: { totalParts: shapeOf(work, blocks).parts },
  }
}

/** Draws of a slice's rows, and tests whether they keep what was drawn, by the largest logits of their blocks. */
export function drawAndTest(work: Work, slice: Slice, ranges: Record<string, Range>, blocks: number): Dispatch[] {
  const { lanes, parts } = shapeOf(work, blocks)
  const { tops, [ROWS]: rows, [PARTS]: found } = ranges
  const read = readModules(work)
  const constants = { ...drawConstants(work), LANES: lanes, WORKGROUP: lanes }
  const begun = { bindings: { tops, nucleus_rows: rows }, params: {} }
  const params = { totalParts: parts }
  const turn = together(readBound(work, slice), begun, { bindings: { nucleus_parts: found }, params })
  const reduce = reduceModule(work, lanes)
  const begin = { name: 'nucleus/begin', modules: { ...settingsModule(work.request), ...reduce }, constants }
  const kept = { 'shared/all_kept': 'filter/kept', 'shared/every_group': 'nucleus/groups' }
  const drawSparse = { name: 'nucleus/draw', modules: { ...read, ...reduce, ...kept }, constants }
  const draw = { ...drawSparse, modules: { ...drawSparse.modules, 'nucleus/masses': 'nucleus/without_masses' } }
  const test = { name: 'nucleus/test', modules: { ...read, ...reduce }, constants }
  const rounds = Array.from({ length: ROUNDS }, () => [draw, test]).flat()
  return [
    { ...dispatchOf(work, slice, begin, slice.rows, begun), work: 0 },
    ...[drawSparse, ...rounds].map((kernel) => dispatchOf(work, slice, kernel, slice.rows * parts, turn)),
  ]
}
