import { resolve } from 'node:path'
import { type Plugin, type ViteDevServer, createServer } from 'vite'

/** A page without anything, in which scripts and tests import modules of the sources. */
export const BLANK = 'blank'

/** Serves the sources of the pages on a free port of this machine, for scripts and tests that open them. */
export async function servePages(): Promise<{ server: ViteDevServer; url: string }> {
  const root = resolve(import.meta.dirname, '..')
  const server = await createServer({
    root,
    configFile: resolve(root, 'vite.config.ts'),
    logLevel: 'error',
    plugins: [blankPage()],
    // A page that reloads itself, after an edit or a dependency found late, would cut its script short.
    optimizeDeps: { noDiscovery: true },
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
  })
  await server.listen()
  return { server, url: server.resolvedUrls!.local[0] }
}

function blankPage(): Plugin {
  return {
    name: 'blank-page',
    configureServer({ middlewares }) {
      middlewares.use(`/${BLANK}`, (_request, response) => {
        response.setHeader('Content-Type', 'text/html; charset=utf-8')
        // A browser would ask for an icon otherwise.
        response.end('<!doctype html><link rel="icon" href="data:,">')
      })
    },
  }
}
