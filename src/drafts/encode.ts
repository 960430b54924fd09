/** Verification of drafts recorded into a caller's encoder. */

import { recordingOf } from '../call'
import { whole } from '../checks'
import type { Context } from '../gpu/context'
import { encodeDispatches } from '../gpu/encode'
import type { Dispatch } from '../gpu/plan'
import { record } from '../gpu/record'
import { sample } from '../operations/sample/operation'
import { settingsOf } from '../check_settings'
import { IN_BUFFERS } from '../settings'
import { type View, inBuffer, inputView, outputView, windowOf } from '../view'
import { type DraftShape, draftOptionsOf, positionAdjustments, positionSettings } from './settings'

const MORE = ['logits', 'draft', 'draftLength', 'indices', 'accepted', 'invalidIndex']

/** @throws RangeError, TypeError naming the parameter */
export function encodeVerifyDraft(context: Context, encoder: GPUCommandEncoder, options: unknown): void {
  const given = draftOptionsOf(options, MORE)
  const batchSize = whole('batchSize', given.batchSize, 1, 2 ** 24)
  const positions = whole('draftLength', given.draftLength, 1, 2 ** 24 - 1) + 1
  const shape: DraftShape = { batchSize, numClasses: given.numClasses as number, positions }
  const invalidIndex = whole('invalidIndex', given.invalidIndex ?? -1, -(2 ** 31), 2 ** 31 - 1)
  const perRow = { per: 'row', onGpu: true, strided: false } as const
  const ints = ['int32'] as const
  if (!inBuffer(given.draft)) throw new TypeError('draft must be { buffer: GPUBuffer } to be recorded')
  const draft = inputView(
    { ...perRow, name: 'draft', rows: batchSize, columns: positions - 1, types: ints },
    given.draft,
  )
  const indices = outputView(
    { ...perRow, name: 'indices', rows: batchSize * positions, columns: 1, types: ['int32', 'int64'] },
    given.indices,
  )
  const accepted = outputView({ ...perRow, name: 'accepted', rows: batchSize, columns: 1, types: ints }, given.accepted)

  const bytes = 4 * batchSize * positions
  const scratch = (name: string, size = bytes) => context.recordedScratch.atLeast(`draft ${name}`, size)
  const [drawn, statuses] = [scratch('indices'), scratch('statuses')]
  const settings = positionSettings(given, shape)
  const spreads: { dispatch: Dispatch; buffers: [string, GPUBuffer][] }[] = []
  for (const { name, columns, type } of IN_BUFFERS) {
    if (!inBuffer(given[name])) continue
    const view = inputView({ ...perRow, name, rows: batchSize, columns, types: [type] }, given[name])
    const out = scratch(name, bytes * columns)
    settings[name] = { buffer: out }
    spreads.push(spread(view, out, shape, name === 'step'))
  }
  const recording = recordingOf(sample, {
    ...settings,
    ...positionAdjustments(given),
    batchSize: batchSize * positions,
    numClasses: given.numClasses,
    logits: given.logits,
    indices: { buffer: drawn },
    statuses: { buffer: statuses },
  })
  const encode = (dispatches: Dispatch[], buffers: ReadonlyMap<string, GPUBuffer>) =>
    context.recording(encoder, (uniforms) =>
      encodeDispatches(context, encoder, 'gumbel-webgpu verifyDraft', dispatches, {
        buffers,
        settings: settingsOf({}, 1),
        uniforms,
      }),
    )
  for (const { dispatch, buffers } of spreads) encode([dispatch], new Map(buffers))
  record(context, encoder, recording)

  const at = (of: string, view: View) => ({ ...windowOf(view, 0, view.rows), of })
  const [from, to, counts] = [at('draft', draft), at('indices', indices), at('accepted', accepted)]
  const accept: Dispatch = {
    kernel: { name: 'drafts/accept', modules: {}, constants: {} },
    params: {
      rows: batchSize,
      numSamples: positions,
      rowsInOffset: from.begin,
      indexOffset: to.begin,
      indexWords: indices.columns,
      invalidIndex: invalidIndex >>> 0,
      rowsOutOffset: counts.begin,
    },
    bindings: {
      draft: { of: 'draft', offset: from.offset, size: from.size },
      drawn_indices: { of: 'drawn', offset: 0, size: bytes },
      drawn_statuses: { of: 'statuses', offset: 0, size: bytes },
      draft_indices: { of: 'indices', offset: to.offset, size: to.size },
      accepted: { of: 'accepted', offset: counts.offset, size: counts.size },
    },
    workgroups: Math.ceil(batchSize / 64),
    work: 0,
  }
  encode(
    [accept],
    new Map([
      ['draft', draft.buffer!],
      ['drawn', drawn],
      ['statuses', statuses],
      ['indices', indices.buffer],
      ['accepted', accepted.buffer],
    ]),
  )
}

/** A setting of each position, from that of its sequence. */
function spread(view: View, out: GPUBuffer, { batchSize, positions }: DraftShape, counts: boolean) {
  const { offset, size, begin } = windowOf(view, 0, view.rows)
  const total = batchSize * positions
  const dispatch: Dispatch = {
    kernel: { name: 'drafts/spread', modules: {}, constants: { COUNTS: Number(counts), WORDS: view.columns } },
    params: { rows: batchSize, numSamples: positions, rowsInOffset: begin },
    bindings: {
      sequence_setting: { of: 'from', offset, size },
      position_setting: { of: 'to', offset: 0, size: 4 * total * view.columns },
    },
    workgroups: Math.ceil(total / 64),
    work: 0,
  }
  const buffers: [string, GPUBuffer][] = [
    ['from', view.buffer!],
    ['to', out],
  ]
  return { dispatch, buffers }
}
