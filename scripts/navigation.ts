import { createReadStream, existsSync, statSync } from 'node:fs'
import { posix, resolve, sep } from 'node:path'
import type { Plugin } from 'vite'

interface PageOfSite {
  path: string
  /** What the bar calls it; without a label another page links to it. */
  label?: string
}

/** The pages, by their paths in the project, in the order of the bar that all of them show. */
export const PAGES: PageOfSite[] = [
  { label: 'Generate', path: 'index.html' },
  { label: 'Twins', path: 'demo/twins/index.html' },
  { label: 'Lab', path: 'demo/lab/index.html' },
  { label: 'Train', path: 'demo/train/index.html' },
  { path: 'demo/train/toy/index.html' },
  { label: 'Audit', path: 'demo/audit/index.html' },
  { label: 'Benchmark', path: 'bench/index.html' },
]

/** The folder of the built site that has the pages; its documents lie beside that folder. */
export const PAGES_FOLDER = 'pages'

/** What the built pages are called by a server in development, which has the built documents in the folder `site`. */
const SITE = 'site'
const TYPES: Record<string, string> = {
  css: 'text/css',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript',
  json: 'application/json',
  svg: 'image/svg+xml',
  wasm: 'application/wasm',
}

/**
 * The bar of all pages and documents: links from the page `from` to the others, relative, so that they hold in any folder of any host.
 * Paths are from one folder: `pages` is where the pages lie in it, `docs` where the documents do.
 */
export function navigation(from: string, { pages, docs }: { pages: string; docs: string }): string {
  const to = (path: string) => posix.relative(posix.dirname(from), path)
  const link = (path: string, label: string, current = path === from) =>
    `<a href="${to(path)}"${current ? ' aria-current="page"' : ''}>${label}</a>`
  const inDocs = from.startsWith(docs) && !PAGES.some(({ path }) => posix.join(pages, path) === from)
  const home = posix.join(docs, 'index.html')
  return `<nav class="pages" aria-label="Pages">
      <a class="home" href="${to(home)}">gumbel-webgpu</a>
      ${link(home, 'Docs', inDocs)}
      ${PAGES.flatMap(({ label, path }) => (label ? link(posix.join(pages, path), label) : [])).join('\n      ')}
    </nav>`
}

/** Gives each page the bar, and serves the built documents in development. */
export function navigationBar(): Plugin {
  let docs: string
  return {
    name: 'navigation-bar',
    configResolved: ({ command }) => void (docs = command === 'build' ? '' : SITE),
    transformIndexHtml: (html, { path }) => {
      const page = path.slice(1)
      const bar =
        docs === ''
          ? navigation(posix.join(PAGES_FOLDER, page), { pages: PAGES_FOLDER, docs: '' })
          : navigation(page, { pages: '', docs })
      return html.replace(/<body[^>]*>/, (body) => `${body}\n    ${bar}`)
    },
    configureServer({ config, middlewares }) {
      const folder = resolve(config.root, SITE)
      middlewares.use(`/${SITE}`, (request, response) => {
        const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname)
        const file = resolve(folder, `.${path.endsWith('/') ? `${path}index.html` : path}`)
        if (file.startsWith(folder + sep) && existsSync(file) && statSync(file).isFile()) {
          response.setHeader('Content-Type', TYPES[file.split('.').at(-1)!] ?? 'application/octet-stream')
          createReadStream(file).pipe(response)
          return
        }
        response.statusCode = 404
        response.setHeader('Content-Type', 'text/plain; charset=utf-8')
        response.end(`There is no ${path} in the folder ${SITE}, which \`npm run site\` builds.\n`)
      })
    },
  }
}
