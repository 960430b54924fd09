import { type Browser, type Page, chromium } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { chromiumFlags, findChromium } from '../../scripts/chromium'
import { servePages } from '../../scripts/serve_pages'

/** What a page may take for anything, in milliseconds: long, as tests share their machine with others. */
export const PAGE_TIMEOUT = 120_000

export interface Pages {
  /** A page for one test, closed when the test ends, whose `goto` takes paths of the site. */
  newPage(): Promise<Page>
}

/**
 * The site and a browser for the tests of a file. A test fails on any error that escapes in its pages: an exception, or
 * what they or the GPU write to the console as an error or a warning.
 */
export function usePages(): Pages {
  let site: Awaited<ReturnType<typeof servePages>>
  let browser: Browser
  let pages: Page[]
  let escaped: string[]

  beforeAll(async () => {
    site = await servePages()
    browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags() })
  })

  beforeEach(() => {
    pages = []
    escaped = []
  })

  afterEach(async () => {
    for (const page of pages) await page.close()
    expect(escaped).toEqual([])
  })

  afterAll(async () => {
    await browser?.close()
    await site?.server.close()
  })

  return {
    async newPage() {
      const page = await browser.newPage({ baseURL: site.url })
      page.setDefaultTimeout(PAGE_TIMEOUT)
      pages.push(page)
      page.on('pageerror', ({ message }) => escaped.push(message))
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
