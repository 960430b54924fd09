import { resolve } from 'node:path'
import { transformAsync } from '@babel/core'
import { build } from 'vite'

/** A module as a page's bundler leaves it: with what it imports, unused code dropped, minified. @param root of its imports */
export async function bundled(code: string, root: string): Promise<string> {
  const entry = resolve(root, 'bundled.js')
  const built = await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) => (id === entry ? code : undefined),
      },
    ],
    build: {
      write: false,
      target: 'es2022',
      minify: true,
      rolldownOptions: { input: entry, preserveEntrySignatures: 'strict' },
    },
  })
  if (!('output' in built) || built.output.length !== 1) throw new Error('the bundle is not one file')
  return built.output[0].code
}

/** A module as Babel's preset-env leaves it for the oldest browsers: what is newer than ES5 is rewritten. */
export async function asEs5(code: string): Promise<string> {
  const result = await transformAsync(code, {
    babelrc: false,
    configFile: false,
    compact: false,
    presets: [['@babel/preset-env', { targets: { ie: 11 }, modules: false, ignoreBrowserslistConfig: true }]],
  })
  return result!.code!
}
