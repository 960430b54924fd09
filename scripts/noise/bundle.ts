import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'vite'

export interface Bundle {
  /** A folder with page.mjs, deno.mjs and worker.mjs. */
  folder: string
  remove(): void
}

/** The modules that run in other processes and pages, as plain JavaScript. */
export async function bundleRunners(): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), 'verify-noise-'))
  const here = import.meta.dirname
  await build({
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    build: {
      ssr: true, // leaves `node:` imports alone
      outDir: folder,
      emptyOutDir: false,
      target: 'es2022',
      rolldownOptions: {
        input: Object.fromEntries(['page', 'deno', 'worker'].map((name) => [name, resolve(here, `${name}.ts`)])),
        output: { entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' },
      },
    },
  })
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
