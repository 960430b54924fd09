import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { build } from 'vite'

export interface Bundle {
  /** A folder with NAME.mjs for each module. */
  folder: string
  remove(): void
}

/** Modules that run in other processes, workers and pages, as plain JavaScript. @param paths of their TypeScript */
export async function bundleModules(paths: readonly string[]): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), 'gumbel-webgpu-'))
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
        input: Object.fromEntries(paths.map((path) => [basename(path, '.ts'), path])),
        output: { entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' },
      },
    },
  })
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
