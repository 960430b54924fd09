import { expect, test } from 'vitest'
// The package's main file is CommonJS under an ES module's name, which Node refuses.
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js'
import { link } from '../../src/gpu/linker'
import { ROW_PARAMS_WORDS } from '../../src/request'
import { PARAMS_BYTES, PARAMS_FIELDS, writeParams } from '../../src/webgpu/params'

function structOf(source: string, name: string) {
  const struct = new WgslReflect(source).structs.find((each) => each.name === name)
  if (!struct) throw new Error(`there is no struct ${name}`)
  return struct
}

const params = link('shared/params')

const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

test('Params has the same fields in WGSL and TypeScript, a word each, without gaps', () => {
  const { members, size } = structOf(params, 'Params')
  expect(members.map((member) => camelCase(member.name))).toEqual([...PARAMS_FIELDS])
  expect(members.map((member) => member.offset)).toEqual(PARAMS_FIELDS.map((_, i) => 4 * i))
  expect(size).toBe(PARAMS_BYTES)
})

test('writeParams writes floats where the struct has f32', () => {
  const values = Object.fromEntries(PARAMS_FIELDS.map((field, i) => [field, i + 1]))
  const into = new ArrayBuffer(PARAMS_BYTES + 8)
  writeParams(into, 4, values as never)
  const [words, floats] = [new Uint32Array(into), new Float32Array(into)]
  structOf(params, 'Params').members.forEach((member, i) => {
    const value = member.type.name === 'f32' ? floats[i + 1] : words[i + 1]
    expect(value, member.name).toBe(member.name === 'zero' ? 0 : i + 1)
  })
  expect([words[0], words.at(-1)]).toEqual([0, 0])
})

test('RowSettings has the words that a request gives each row', () => {
  const { members, size } = structOf(link('shared/row_settings'), 'RowSettings')
  expect(size).toBe(4 * ROW_PARAMS_WORDS)
  expect(members.map(({ name, offset }) => [name, offset])).toEqual([
    ['temperature', 0],
    ['tau', 4],
    ['seed', 8],
    ['stream', 16],
    ['step', 20],
  ])
})
