import { resolve } from 'node:path'
import { createServer, type ViteDevServer } from 'vite'

/** Serves the pages on a free port of this machine, for scripts and tests that open them. */
export async function servePages(): Promise<{ server: ViteDevServer; url: string }> {
  const root = resolve(import.meta.dirname, '..')
  const server = await createServer({
    root,
    configFile: resolve(root, 'vite.config.ts'),
    logLevel: 'error',
    // A page that reloads itself, after an edit or a dependency found late, would cut its script short.
    optimizeDeps: { noDiscovery: true },
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
  })
  await server.listen()
  return { server, url: server.resolvedUrls!.local[0] }
}
