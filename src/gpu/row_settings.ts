/** Settings of rows that a recording reads from the caller's buffers. */

import { SETTINGS_FIELDS, SETTINGS_WORDS, type Settings } from '../settings'
import { windowOf } from '../view'
import type { Dispatch } from './plan'

/** Where settings lie in a row's words, in the order in which they are taken: a tau out of range marks the temperature. */
const WORDS = Object.entries({
  temperature: 'temperature',
  tau: 'tau',
  seed: 'seedLow',
  step: 'step',
  topK: 'topK',
  topP: 'topP',
  minP: 'minP',
} as const).map(([name, field]) => [name, SETTINGS_FIELDS.indexOf(field)] as const)

/** The dispatches that take settings from buffers, named 'settings …', to the table 'row settings', before draws read it. */
export function planRowSettings({ buffers = {} }: Settings, batchSize: number, relaxed: boolean): Dispatch[] {
  return WORDS.flatMap(([name, word]) => {
    const view = buffers[name]
    if (!view) return []
    const { offset, size, begin } = windowOf(view, 0, view.rows)
    return {
      kernel: { name: 'row_settings/take', modules: {}, constants: { WORD: word, RELAXED: Number(relaxed) } },
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
