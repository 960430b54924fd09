import { readFileSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Plugin, defineConfig } from 'vite'
import { minifyWgsl } from './scripts/minify_wgsl.ts'

const root = import.meta.dirname
const entry = resolve(root, 'src/index.ts')
const shaders = resolve(root, 'shaders')

/** Gives `.wgsl?raw` imports the minified source: all shaders are minified at once, as they are joined at run time. */
function minifiedWgsl(): Plugin {
  let sources: Map<string, string>
  return {
    name: 'minified-wgsl',
    enforce: 'pre',
    buildStart() {
      const files = readdirSync(shaders, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.wgsl'))
        .map((file) => resolve(shaders, file))
      const minified = minifyWgsl(files.map((file) => readFileSync(file, 'utf8')))
      sources = new Map(files.map((file, i) => [`${file}?raw`, minified[i]]))
    },
    load(id) {
      const source = sources.get(id)
      return source === undefined ? undefined : `export default ${JSON.stringify(source)}`
    },
    transform(code, id) {
      // Shaders first: gzip looks back 32 KiB, which they nearly fill, and the code on both sides of them is alike.
      if (id === entry)
        return { code: [...sources.keys()].map((file) => `import ${JSON.stringify(file)};`).join('') + code }
    },
  }
}

/** The library as published: one module, `dist/index.js`; `npm run build` then writes its types beside it. */
export default defineConfig({
  publicDir: false,
  plugins: [minifiedWgsl()],
  build: {
    outDir: 'dist',
    target: 'es2022',
    sourcemap: true,
    // Vite leaves white space in libraries of this format, so the bundler is asked itself.
    minify: false,
    rolldownOptions: { output: { minify: true } },
    lib: { entry, formats: ['es'], fileName: 'index' },
  },
})
