import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'vite'
import { expect, test } from 'vitest'
import { WgslScanner } from 'wgsl_reflect/wgsl_reflect.module.js'
import { stripWgsl, strippedWgsl } from '../../scripts/strip_wgsl'

const SHADERS = resolve(import.meta.dirname, '../../shaders')

const tokensOf = (source: string) => new WgslScanner(source).scanTokens().map(({ lexeme }) => lexeme)

test('strips comments, indentation and blank lines, and keeps the rest as it is', () => {
  const source = `import package::shared::philox::philox4x32; // the generator
/* A block /* with a block in it */ // and no end of line here
   and another line */

fn half(value: f32) -> f32 {
  // \`why\` /* not a block
  let a = value/**// 2.0;${'\r'}
  return/* between words */a * -1.0; /// ${'twice'}

}`
  expect(stripWgsl(source)).toBe(`import package::shared::philox::philox4x32;
fn half(value: f32) -> f32 {
let a = value / 2.0;
return a * -1.0;
}
`)
})

test('every shader keeps its tokens, and loses every comment', async () => {
  const files = (await readdir(SHADERS, { recursive: true })).filter((file) => file.endsWith('.wgsl'))
  expect(files.length).toBeGreaterThan(30)
  for (const file of files) {
    const source = await readFile(join(SHADERS, file), 'utf8')
    const stripped = stripWgsl(source)
    expect(tokensOf(stripped), file).toEqual(tokensOf(source))
    expect(stripped, file).not.toMatch(/\/\/|\/\*|^\s|[ \t]$|\n\n/m)
  }
})

test('a library gets stripped shaders, by import and by glob', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'strip-wgsl-'))
  try {
    await mkdir(join(folder, 'shaders/shared'), { recursive: true })
    await writeFile(join(folder, 'shaders/one.wgsl'), '// One.\n\nfn one() {\n  two(); // `${2}` \\ \n}\n')
    await writeFile(join(folder, 'shaders/shared/two.wgsl'), '/* Two. */\nfn two() {}\n')
    await writeFile(
      join(folder, 'entry.js'),
      `import one from './shaders/one.wgsl?raw'
       const all = import.meta.glob('./shaders/**/*.wgsl', { query: '?raw', import: 'default', eager: true })
       export { one, all }`,
    )
    await build({
      root: folder,
      configFile: false,
      logLevel: 'error',
      plugins: [strippedWgsl()],
      build: { minify: false, lib: { entry: 'entry.js', formats: ['es'], fileName: 'index' } },
    })
    const code = await readFile(join(folder, 'dist/index.mjs'), 'utf8')
    expect(code.split('\n')).toContain('two();')
    expect(code).not.toMatch(/One\.|Two\./)
    const one = 'fn one() {\ntwo();\n}\n'
    const built = await import(/* @vite-ignore */ join(folder, 'dist/index.mjs'))
    expect({ ...built }).toEqual({
      one,
      all: { './shaders/one.wgsl': one, './shaders/shared/two.wgsl': 'fn two() {}\n' },
    })
  } finally {
    await rm(folder, { recursive: true })
  }
})
