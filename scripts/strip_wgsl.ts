import { readFile } from 'node:fs/promises'
import type { Plugin } from 'vite'

/**
 * WGSL without comments, indentation and blank lines. Names and line breaks stay, so that a driver's message about the rest
 * can be read. Block comments nest; WGSL has no strings that could hold what looks like one.
 */
export function stripWgsl(source: string): string {
  let code = ''
  let depth = 0
  for (let i = 0; i < source.length; i++) {
    const two = source.slice(i, i + 2)
    if (two === '/*' || (two === '*/' && depth > 0)) {
      depth += two === '/*' ? 1 : -1
      if (depth === 0) code += ' ' // A comment stands between two words as a space does.
      i++
    } else if (two === '//' && depth === 0) i = `${source}\n`.indexOf('\n', i) - 1
    else if (depth === 0) code += source[i]
  }
  const lines = code.split('\n').map((line) => line.trim())
  return `${lines.filter((line) => line !== '').join('\n')}\n`
}

/** Gives imports of `.wgsl?raw` the stripped source, as a template literal, which keeps its lines. */
export function strippedWgsl(): Plugin {
  return {
    name: 'stripped-wgsl',
    enforce: 'pre',
    async load(id) {
      if (!id.endsWith('.wgsl?raw')) return
      const source = await readFile(id.slice(0, -'?raw'.length), 'utf8')
      return `export default ${templateOf(stripWgsl(source))}`
    },
  }
}

function templateOf(text: string): string {
  return `\`\\\n${text.replace(/[`\\]|\$\{/g, '\\$&')}\``
}
