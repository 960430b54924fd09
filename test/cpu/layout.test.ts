import { expect, test } from 'vitest'
// The package's main file is CommonJS under an ES module's name, which Node refuses.
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js'
import { PARAMS_BYTES, PARAMS_FIELDS, SETTINGS_SLOT, writeParams } from '../../src/gpu/params'
import { PENALTY_FIELDS, PENALTY_WORDS } from '../../src/adjust/views'
import { MODULES } from '../../src/gpu/linker'
import { settingsOf } from '../../src/check_settings'
import { SETTINGS_WORDS } from '../../src/settings'

function structOf(name: string, ...modules: string[]) {
  const source = modules.map((module) => MODULES.get(module)!.replace(/^import .*$/gm, '')).join('\n')
  const struct = new WgslReflect(source).structs.find((each) => each.name === name)
  if (!struct) throw new Error(`there is no struct ${name}`)
  return struct
}

const paramsStruct = () => structOf('Params', 'shared/row_settings', 'shared/params')
const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

test('Params has the settings and then the same fields in WGSL and TypeScript, a word each, without gaps', () => {
  const { members, size } = paramsStruct()
  const [settings, ...fields] = members
  expect([settings.name, settings.offset, settings.size]).toEqual(['settings', 0, 4 * SETTINGS_SLOT])
  expect(fields.map((member) => camelCase(member.name))).toEqual([...PARAMS_FIELDS])
  expect(fields.map((member) => member.offset)).toEqual(PARAMS_FIELDS.map((_, i) => 4 * (SETTINGS_SLOT + i)))
  expect(fields.map((member) => member.type.name)).toEqual(PARAMS_FIELDS.map(() => 'u32'))
  expect(size).toBe(PARAMS_BYTES)
})

test('writeParams writes the settings of all rows, and each field', () => {
  const values = Object.fromEntries(PARAMS_FIELDS.map((field, i) => [field, i + 1]))
  const settings = settingsOf(
    { temperature: 2, tau: 3, seed: (5n << 32n) + 4n, streams: 6, step: 7, topK: 8, topP: 0.5, minP: 0.25 },
    1,
  )
  const into = new ArrayBuffer(PARAMS_BYTES + 4)
  writeParams(into, settings, values)
  const words = [...new Uint32Array(into)]
  expect([...new Float32Array(into, 0, 2)]).toEqual([2, 3])
  expect(words.slice(2, 7)).toEqual([4, 5, 6, 7, 8])
  expect([...new Float32Array(into, 28, 2)]).toEqual([0.5, 0.25])
  PARAMS_FIELDS.forEach((field, i) => expect(words[SETTINGS_SLOT + i], field).toBe(field === 'zero' ? 0 : i + 1))
  expect(words.at(-1)).toBe(0)
})

test('what a row is penalized with has the words that TypeScript writes', () => {
  const { members, size } = structOf('RowPenalties', 'adjust/row_penalties')
  expect(members.map(({ name }) => camelCase(name))).toEqual([...PENALTY_FIELDS])
  expect(size).toBe(4 * PENALTY_WORDS)
})

test('a row of the buffer of settings has the words that TypeScript writes', () => {
  const { members, size } = structOf('RowSettings', 'shared/row_settings')
  expect(size).toBe(4 * SETTINGS_WORDS)
  const { rows } = settingsOf(
    { temperature: [2], tau: 3, seed: [(5n << 32n) + 4n], streams: 6, step: 7, topK: 8, topP: 0.5, minP: 0.25 },
    1,
  )
  const values = members.map(({ name, type, offset, size: bytes }) => {
    const words = type.name === 'f32' ? rows!.floats : rows!.words
    return [name, ...words.subarray(offset / 4, (offset + bytes) / 4)]
  })
  expect(values).toEqual([
    ['temperature', 2],
    ['tau', 3],
    ['seed', 4, 5],
    ['stream', 6],
    ['step', 7],
    ['top_k', 8],
    ['top_p', 0.5],
    ['min_p', 0.25],
  ])
})
