import { readFileSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { WgslScanner } from 'wgsl_reflect/wgsl_reflect.module.js'
import { minifyWgsl } from '../../scripts/minify_wgsl'

const FOLDER = resolve(import.meta.dirname, '../../shaders')
const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.wgsl'))
const sources = files.map((file) => readFileSync(resolve(FOLDER, file), 'utf8'))
const minified = minifyWgsl(sources)

const isName = (text: string) => /^[A-Za-z_]/.test(text)

/** Words, numbers and signs, spelled as `minifyWgsl` spells them: `vec4f`, and no comma at the end of a list. */
function tokensOf(source: string): string[] {
  const short = source
    .replace(/\/\/.*|^(import|enable) .*/gm, '')
    .replace(/\bvec([234])<([fiu])32>/g, 'vec$1$2')
    .replace(/,(\s*[)}\]])/g, '$1')
  return new WgslScanner(short).scanTokens().map(({ lexeme }) => lexeme)
}

/** The minified tokens beside the originals, in pieces: each function or other declaration of a file. */
function* declarations(): Generator<[string, string][]> {
  for (const [i, source] of sources.entries()) {
    const [before, after] = [tokensOf(source), tokensOf(minified[i])]
    expect(after.length, files[i]).toBe(before.length)
    let piece: [string, string][] = []
    let depth = 0
    for (const [k, token] of before.entries()) {
      piece.push([token, after[k]])
      if (token === '{') depth++
      if (token === '}') depth--
      if (depth === 0 && (token === '}' || token === ';')) {
        yield piece
        piece = []
      }
    }
  }
}

/** Where `names` does not rename each name to one and no two alike: what it would take for `from`, and what it is. */
function clash(names: Map<string, string>, from: string, to: string): string | undefined {
  const known = names.get(from)
  if (known !== undefined) return known === to ? undefined : `${from} is ${known}, and ${to}`
  for (const [other, taken] of names) if (taken === to) return `${from} and ${other} are ${to}`
  names.set(from, to)
}

test('differs from the source in names alone', () => {
  const signs = [...declarations()]
    .flat()
    .filter(([before, after]) => before !== after && !(isName(before) && isName(after)))
  expect(signs).toEqual([])
})

test('renames one to one: fields and what modules declare in all files, locals in their function', () => {
  const fields = new Map<string, string>()
  const everywhere = new Map<string, string>()
  const clashes: (string | undefined)[] = []
  let renamed = 0
  for (const piece of declarations()) {
    const isFunction = piece.some(([token]) => token === 'fn')
    const here = new Map<string, string>()
    const locals = new Set<string>()
    for (const [k, [before, after]] of piece.entries()) {
      if (!isName(before)) continue
      if (before !== after) renamed++
      const previous = piece[k - 1]?.[0]
      const typed = piece[k + 1]?.[0] === ':'
      if (isFunction && (typed || ['let', 'var', 'const'].includes(previous))) locals.add(before)
      const isField = previous === '.' || (piece[0][0] === 'struct' && k > 1 && typed)
      clashes.push(clash(isField ? fields : here, before, after))
    }
    for (const [before, after] of here) if (!locals.has(before)) clashes.push(clash(everywhere, before, after))
  }
  expect(clashes.filter((each) => each !== undefined)).toEqual([])
  expect(renamed).toBeGreaterThan(5000)
})

test('keeps what the host names, and white space where two tokens would be one', () => {
  const source = `
    override LANES: u32 = 64u; // as a host sets it
    struct Pair { x: f32, second: vec2<f32>, }
    fn minus(value: f32) -> Pair { var pair: array<Pair, 2> = array<Pair, 2>(); pair[0].x = value - -value; return pair[0]; }
    fn main() { let minus_one = f32(LANES); if (minus(minus_one).second.x > 1.0) { return; } }`
  expect(minifyWgsl([source])).toEqual([
    'override LANES:u32=64u;struct d{x:f32,c:vec2f}fn f(c:f32)->d{var e:array<d,2> =array<d,2>();e[0].x=c- -c;return e[0];}' +
      'fn main(){let c=f32(LANES);if(f(c).c.x>1.0){return;}}',
  ])
})
