/** Settings of rows that a recording reads from the caller's buffers. */

import { IN_BUFFERS, KINDS, SETTINGS_WORDS, type Settings, WORD_OF } from '../settings'
import { windowOf } from '../view'
import type { Dispatch } from './plan'

/** The dispatches that take settings from buffers, named 'settings …', to the table 'row settings', before draws read it. */
export function planRowSettings({ buffers = {} }: Settings, batchSize: number, relaxed: boolean): Dispatch[] {
  return IN_BUFFERS.flatMap(({ name, field, kind }) => {
    const view = buffers[name]
    if (!view) return []
    const { offset, size, begin } = windowOf(view, 0, view.rows)
    return {
      kernel: {
        name: 'row_settings/take',
        modules: {},
        constants: { WORD: WORD_OF[field], KIND: KINDS.indexOf(kind), RELAXED: Number(relaxed) },
      },
      params: { rows: batchSize, rowsInOffset: begin, rowsInStride: view.columns, rowsOutStride: SETTINGS_WORDS },
      bindings: {
        settings_out: { of: 'row settings', offset: 0, size: 4 * SETTINGS_WORDS * batchSize },
        settings_in: { of: `settings ${name}`, offset, size },
      },
      workgroups: Math.ceil(batchSize / 64),
      work: 0,
    }
  })
}
