import { expect, test } from 'vitest'
// The package's main file is CommonJS under an ES module's name, which Node refuses.
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js'
import { PARAMS_BYTES, PARAMS_FIELDS, writeParams } from '../../src/gpu/params'
import { MODULES } from '../../src/gpu/linker'
import { SETTINGS_WORDS, settingsOf } from '../../src/settings'

function structOf(name: string, module: string) {
  const struct = new WgslReflect(MODULES.get(module)!).structs.find((each) => each.name === name)
  if (!struct) throw new Error(`there is no struct ${name}`)
  return struct
}

const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

test('Params has the same fields in WGSL and TypeScript, a word each, without gaps', () => {
  const { members, size } = structOf('Params', 'shared/params')
  expect(members.map((member) => camelCase(member.name))).toEqual([...PARAMS_FIELDS])
  expect(members.map((member) => member.offset)).toEqual(PARAMS_FIELDS.map((_, i) => 4 * i))
  expect(size).toBe(PARAMS_BYTES)
})

test('writeParams writes floats where the struct has f32', () => {
  const values = Object.fromEntries(PARAMS_FIELDS.map((field, i) => [field, i + 1]))
  const into = new ArrayBuffer(PARAMS_BYTES + 4)
  writeParams(into, values as never)
  const [words, floats] = [new Uint32Array(into), new Float32Array(into)]
  structOf('Params', 'shared/params').members.forEach((member, i) => {
    const value = member.type.name === 'f32' ? floats[i] : words[i]
    expect(value, member.name).toBe(member.name === 'zero' ? 0 : i + 1)
  })
  expect(words.at(-1)).toBe(0)
})

test('a row of the buffer of settings has the words that TypeScript writes', () => {
  const { members, size } = structOf('RowSettings', 'shared/row_settings')
  expect(size).toBe(4 * SETTINGS_WORDS)
  const { rows } = settingsOf({ temperature: [2], tau: 3, seed: [(5n << 32n) + 4n], streams: 6, step: 7 }, 1)
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
  ])
})
