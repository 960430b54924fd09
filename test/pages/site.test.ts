import { cp, mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import type { Page } from 'playwright'
import { type PreviewServer, preview } from 'vite'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { PAGES, PAGES_FOLDER } from '../../scripts/navigation'
import { buildDocumentsAndReference } from '../../scripts/site/build'
import { usePages } from '../helpers/pages'

/** Where hosts may serve the site, which is built once. */
const BASES = ['/', '/any/sub/path/']

// What the built pages do is for the files of each to see.
const { newPage } = usePages('sources')
let site: string
let servers: PreviewServer[]
const urlAt = (base: string) => servers[BASES.indexOf(base)].resolvedUrls!.local[0]

/** Puts the site together as `npm run site` does, and serves it in folders that the build knows nothing of. */
beforeAll(async () => {
  site = await mkdtemp(join(tmpdir(), 'site-'))
  await buildDocumentsAndReference(site)
  const { url, folder } = inject('built')
  expect((await fetch(url)).ok).toBe(true) // Once they are built.
  await cp(folder, join(site, PAGES_FOLDER), { recursive: true })
  // A server of appType 'mpa' has no page for what is missing.
  const options = { configFile: false, appType: 'mpa', logLevel: 'error', build: { outDir: site } } as const
  servers = await Promise.all(
    BASES.map((base) => preview({ ...options, base, preview: { host: '127.0.0.1', port: 0 } })),
  )
})

afterAll(async () => {
  for (const server of servers ?? []) await server.close()
  await rm(site, { recursive: true })
})

/** Opens a file of the site. */
async function open(path: string, base = BASES[1]): Promise<Page> {
  const page = await newPage()
  await page.goto(`${urlAt(base)}${path}`)
  return page
}

/** What a page or a picture of the site links to and loads, and the anchors that it has. */
async function linksOf(path: string): Promise<{ urls: string[]; anchors: Set<string> }> {
  const html = await readFile(join(site, path), 'utf8')
  const all = (pattern: RegExp) => [...html.matchAll(pattern)].map(([, text]) => text.replaceAll('&amp;', '&'))
  return { urls: all(/\s(?:href|src)="([^"]*)"/g), anchors: new Set(all(/\sid="([^"]+)"/g)) }
}

test('every page is reached from the first, and every link, anchor and file that a page names exists', async () => {
  const files = await readdir(site, { recursive: true })
  const pages = files.filter((file) => file.endsWith('.html'))
  for (const { path } of PAGES) expect(pages).toContain(`pages/${path}`)
  const linking = files.filter((file) => /\.(html|svg)$/.test(file))
  const links = new Map(await Promise.all(linking.map(async (path) => [path, await linksOf(path)] as const)))
  const missing: string[] = []
  const reached = new Set(['index.html'])
  for (const path of reached) {
    for (const url of links.get(path)!.urls.filter((each) => !/^(https|data):/.test(each))) {
      const [name, anchor] = url.split('#')
      const file = name === '' ? path : posix.join(posix.dirname(path), name)
      const found = files.includes(file) && (!anchor || links.get(file)?.anchors.has(decodeURIComponent(anchor)))
      if (url.startsWith('/') || !found) missing.push(`${path}: ${url}`)
      else if (file.endsWith('.html')) reached.add(file)
    }
  }
  expect(missing).toEqual([])
  expect(pages.filter((page) => !reached.has(page))).toEqual([])
})

describe.each(BASES)('under %s', (base) => {
  test('documents, reference and pages are one click of the bar from each other', async () => {
    const page = await open('index.html', base)
    const bar = page.getByRole('navigation', { name: 'Pages' })
    const labels = ['gumbel-webgpu', 'Docs', ...PAGES.flatMap(({ label }) => label ?? [])]
    await page.getByRole('navigation', { name: 'Documents' }).getByRole('link', { name: 'Learning' }).click()
    expect(new URL(page.url()).pathname).toBe(`${base}docs/learning.html`)
    for (const [from, current, to] of [
      ['docs/learning.html', 'Docs', 'Lab'],
      ['pages/demo/lab/index.html', 'Lab', 'Docs'],
    ]) {
      expect(page.url()).toBe(`${urlAt(base)}${from}`)
      await bar.waitFor()
      expect(await bar.getByRole('link').allInnerTexts()).toEqual(labels)
      expect(await bar.locator('[aria-current]').allInnerTexts()).toEqual([current])
      await bar.getByRole('link', { name: to, exact: true }).click()
    }
    expect(page.url()).toBe(`${urlAt(base)}index.html`)
  })

  test('the search finds guides and names', async () => {
    const page = await open('docs/learning.html', base)
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByRole('combobox').or(page.getByRole('searchbox')).first().fill('createSampler')
    await page.locator('#tsd-search-results a').first().click()
    await page.getByRole('heading', { level: 1, name: 'createSampler' }).waitFor()
    expect(page.url()).toMatch(`${urlAt(base)}api/createSampler.html`)
  })
})

test('no document is wider than a phone', async () => {
  const page = await open('index.html')
  await page.setViewportSize({ width: 390, height: 844 })
  const files = await readdir(site, { recursive: true })
  const documents = files.filter((file) => /^(docs\/.*|index)\.html$/.test(file))
  const wide: string[] = []
  for (const path of [...documents, 'api/Sampler.html', 'pages/index.html']) {
    await page.goto(`${urlAt(BASES[1])}${path}`)
    if ((await page.evaluate(() => document.documentElement.scrollWidth)) > 390) wide.push(path)
  }
  expect(wide).toEqual([])
})

test('in development the bar leads to the folder that the site is built in', async () => {
  const page = await newPage()
  await page.goto('demo/train/toy/index.html')
  const bar = page.getByRole('navigation', { name: 'Pages' })
  const hrefs = await bar.getByRole('link').evaluateAll((links) => links.map((a) => (a as HTMLAnchorElement).pathname))
  expect(hrefs).toEqual([
    '/site/index.html',
    '/site/index.html',
    ...PAGES.flatMap(({ path, label }) => (label ? `/${path}` : [])),
  ])
})
