import { type Browser, type Page, chromium } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest'
import { findChromium, quickChromiumFlags } from '../../scripts/chromium'
import { servePages } from '../../scripts/serve_pages'

/** What a page may take for anything, in milliseconds: long, as tests share their machine with others. */
export const PAGE_TIMEOUT = 120_000

export interface Pages {
  /** A page whose `goto` takes paths of the site. It is closed when the test ends that asked for it; one that a hook asked for stays. */
  newPage(): Promise<Page>
}

/**
 * The pages and a browser for the tests of a file. A test fails on any error that escapes in its pages: an exception, a file that the
 * server does not have, or what they or the GPU write to the console as an error or a warning.
 * @param from the pages as they are built, under a path of a host; or their sources, whose modules a test can import in the page `BLANK`
 */
export function usePages(from: 'built' | 'sources' = 'built'): Pages {
  let sources: Awaited<ReturnType<typeof servePages>> | undefined
  let baseURL: string
  let browser: Browser
  let pages: Page[] = []
  const escaped: string[] = []

  beforeAll(async () => {
    if (from === 'sources') sources = await servePages()
    baseURL = sources?.url ?? inject('built').url
    browser = await chromium.launch({ executablePath: findChromium(), args: quickChromiumFlags() })
  })

  beforeEach(() => {
    pages = []
  })

  afterEach(async () => {
    for (const page of pages) await page.close()
    expect(escaped.splice(0)).toEqual([])
  })

  afterAll(async () => {
    await browser?.close()
    await sources?.server.close()
  })

  return {
    async newPage() {
      const page = await browser.newPage({ baseURL })
      page.setDefaultTimeout(PAGE_TIMEOUT)
      pages.push(page)
      page.on('pageerror', ({ message }) => escaped.push(message))
      page.on('response', (response) => {
        if (response.status() >= 400) escaped.push(`${response.status()} ${response.url()}`)
      })
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) escaped.push(message.text())
      })
      return page
    },
  }
}

/**
 * JavaScript that has a page press a button itself as soon as `condition`, an expression, holds after a change of the page. A click
 * from the test's process could come after the end of what it is to stop.
 */
export function pressOnce(condition: string, button: string): string {
  return `void new MutationObserver((_, observer) => {
    if (!(${condition})) return
    observer.disconnect()
    document.querySelector('${button}').click()
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })`
}

/** Hides WebGPU from a page that is not open yet. */
export async function withoutWebGpu(page: Page): Promise<void> {
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'gpu', { value: undefined }))
}
