import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'

const PAGE = '<!doctype html><title>verify:noise</title><script type="module" src="page.mjs"></script>'

/** Serves a page that runs page.mjs of a folder, on this machine only: browsers have no WebGPU on file URLs. */
export async function servePage(folder: string): Promise<{ url: string; close(): void }> {
  const server = createServer(({ url = '/' }, response) => {
    if (url.endsWith('.mjs'))
      response.setHeader('content-type', 'text/javascript').end(readFileSync(join(folder, basename(url))))
    else response.setHeader('content-type', 'text/html').end(PAGE)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
