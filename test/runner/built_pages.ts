import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { preview } from 'vite'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The pages as `npm run build:pages` leaves them. */
    built: { url: string; folder: string }
  }
}

const ROOT = resolve(import.meta.dirname, '../..')
/** Hosts may serve the pages under any path, which the build knows nothing of. */
const BASE = '/any/sub/path/pages/'

/** Serves the built pages to all files of a project. They are built once, when the first is asked for, which waits for that. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'pages-'))
  let built: Promise<void> | undefined
  const server = await preview({
    configFile: false,
    appType: 'mpa', // It has no page for what is missing.
    logLevel: 'error',
    base: BASE,
    build: { outDir: folder },
    preview: { host: '127.0.0.1', port: 0 },
    plugins: [
      {
        name: 'build-first',
        configurePreviewServer({ middlewares }) {
          middlewares.use((_request, _response, next) => {
            built ??= buildPages(folder)
            built.then(() => next(), next)
          })
        },
      },
    ],
  })
  project.provide('built', { url: server.resolvedUrls!.local[0], folder })
  return async () => {
    await server.close()
    await rm(folder, { recursive: true })
  }
}

/** In a process of its own, as this one has all test files to serve. */
async function buildPages(folder: string): Promise<void> {
  const vite = resolve(ROOT, 'node_modules/vite/bin/vite.js')
  const args = [vite, 'build', '--outDir', folder, '--emptyOutDir', '--logLevel', 'error']
  await promisify(execFile)(process.execPath, args, { cwd: ROOT, env: { ...process.env, NODE_ENV: 'production' } })
}
