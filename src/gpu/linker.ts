const FOLDER = '../../shaders/'
const files = import.meta.glob<string>('../../shaders/**/*.wgsl', { query: '?raw', import: 'default', eager: true })

/** The WGSL files of shaders/ by their paths there without the ending, such as `shared/philox`. */
export const MODULES: ReadonlyMap<string, string> = /* @__PURE__ */ byPath()

function byPath(): Map<string, string> {
  return new Map(Object.entries(files).map(([file, source]) => [file.slice(FOLDER.length, -'.wgsl'.length), source]))
}

const IMPORT = /^import package::(.+)::(?:\w+|\{[^}]*\});\n/gm
const ENABLE = /^enable .*;\n/gm

/**
 * Joins a kernel, such as `sample/draw`, with the files that it imports from and those that they do, each once.
 * `replacements` names the variants that are linked in place of modules: `{ 'shared/logits_f32': 'shared/logits_f32x4' }`.
 */
export function link(kernel: string, replacements: Readonly<Record<string, string>> = {}): string {
  const sources = new Map<string, string>()
  const add = (path: string) => {
    if (sources.has(path)) return
    const source = MODULES.get(path)
    if (source === undefined) throw new Error(`${path} is no file of shaders/`)
    sources.set(path, source)
    for (const [, name] of source.matchAll(IMPORT)) {
      const module = name.replaceAll('::', '/')
      add(replacements[module] ?? module)
    }
  }
  add(kernel)
  const text = [...sources.values()].join('\n')
  const enables = new Set(text.match(ENABLE))
  return [...enables].join('') + text.replace(ENABLE, '').replace(IMPORT, '')
}
