import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import type { Page } from 'playwright'
import { type PreviewServer, build, preview } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { usePages, withoutWebGpu } from '../helpers/pages'

const PAGES = [
  'bench/index.html',
  'demo/audit/index.html',
  'demo/lab/index.html',
  'demo/train/index.html',
  'demo/train/toy/index.html',
  'index.html',
]

const { newPage } = usePages()
let site: string
let server: PreviewServer

/** Builds the pages as `npm run build:pages` does, and serves them in a folder that the build knows nothing of. */
beforeAll(async () => {
  site = await mkdtemp(join(tmpdir(), 'site-'))
  const root = resolve(import.meta.dirname, '../..')
  // A server of appType 'mpa' has no page for what is missing.
  const options = { root, appType: 'mpa', logLevel: 'error', build: { outDir: site, emptyOutDir: true } } as const
  await build(options)
  server = await preview({ ...options, base: '/some/folder/', preview: { host: '127.0.0.1', port: 0 } })
})

afterAll(async () => {
  await server?.close()
  await rm(site, { recursive: true })
})

/** Opens a built page; `missing` collects what the server does not have. */
async function open(path: string, prepare?: (page: Page) => Promise<void>): Promise<{ page: Page; missing: string[] }> {
  const page = await newPage()
  await prepare?.(page)
  const missing: string[] = []
  page.on('response', (response) => {
    if (response.status() >= 400) missing.push(response.url())
  })
  await page.goto(`${server.resolvedUrls!.local[0]}${path}`)
  return { page, missing }
}

test('every page is reached from the first, and every link and file that a page names exists', async () => {
  const files = await readdir(site, { recursive: true })
  expect(files.filter((file) => file.endsWith('.html')).toSorted()).toEqual(PAGES)
  const missing: string[] = []
  const reached = new Set(['index.html'])
  for (const path of reached) {
    const html = await readFile(join(site, path), 'utf8')
    const urls = [...html.matchAll(/(?:href|src)="([^"#]+)/g)].map(([, url]) => url)
    for (const url of urls.filter((each) => !/^(https|data):/.test(each))) {
      const file = relative(site, resolve(site, dirname(path), url))
      if (url.startsWith('/') || !files.includes(file)) missing.push(`${path}: ${url}`)
      else if (file.endsWith('.html')) reached.add(file)
    }
  }
  expect(missing).toEqual([])
  expect([...reached].toSorted()).toEqual(PAGES)
})

test('the first page writes verses', async () => {
  const { page, missing } = await open('index.html?sequences=2&tokens=2', withoutWebGpu)
  await page.getByRole('button', { name: 'Write verses' }).click()
  await page.locator('#status:text("Done"), #failure:not(:empty)').first().waitFor()
  expect(await page.locator('#failure').innerText()).toBe('')
  expect(await page.locator('#verses li').count()).toBe(2)
  expect(missing).toEqual([])
})

test('the lab draws', async () => {
  const { page, missing } = await open('demo/lab/index.html?samples=100&races=100')
  await page.locator('#race-verdict:not(:empty)').waitFor()
  expect(await page.locator('#failure').innerText()).toBe('')
  expect(missing).toEqual([])
})

test('the toy draws and descends', async () => {
  const { page, missing } = await open('demo/train/toy/index.html?samples=1000')
  await page.locator('#sweep-status:text("1,000 draws")').waitFor()
  expect(await page.locator('#failure').innerText()).toBe('')
  expect(missing).toEqual([])
})

test('the autoencoder trains', async () => {
  const { page, missing } = await open('demo/train/index.html?steps=1', withoutWebGpu)
  await page.getByRole('button', { name: 'Train', exact: true }).click()
  await page.locator('#status:text("Step 1 of 1"), #failure:not(:empty)').first().waitFor()
  expect(await page.locator('#failure').innerText()).toBe('')
  expect(missing).toEqual([])
})

test('the audit checks, in its worker too', async () => {
  const { page, missing } = await open('demo/audit/index.html?words=20&only=adapter,known-answers,noise')
  await page.locator('#run').click()
  await page.locator('#run:not([disabled])').waitFor()
  expect(await page.locator('#failure').innerText()).toBe('')
  expect(await page.locator('#verdict').innerText()).toMatch(/^Good/)
  expect(missing).toEqual([])
})

test('the benchmark runs, with the logits of the first page’s model', async () => {
  const { page, missing } = await open('bench/index.html')
  const choose = async (group: string, value: string) => {
    for (const box of await page.locator(`#${group} input:not(:disabled)`).all())
      await box.setChecked((await box.inputValue()) === value)
  }
  await choose('operations', 'sample')
  await choose('shapes', '64x13815')
  await choose('logits', 'kjv')
  await choose('contenders', 'copy')
  await page.getByLabel('Rounds').fill('1')
  await page.getByLabel('Check the draws first').setChecked(false)
  await page.getByRole('button', { name: 'Run' }).click()
  await page.locator('#status:text("Done"), #failure:not(:empty)').first().waitFor()
  expect(await page.locator('#failure').innerText()).toBe('')
  expect(await page.locator('#table tbody td').allInnerTexts()).toContain('kjv')
  expect(missing).toEqual([])
})
