import { defineBrowserProvider } from '@vitest/browser'
import puppeteer, { type Browser, type Page } from 'puppeteer-core'
import type { BrowserProvider } from 'vitest/node'
import { FIREFOX_PREFERENCES, findFirefox } from '../../scripts/firefox.ts'

/** Runs browser tests in Firefox over WebDriver BiDi: Playwright drives only a Firefox of its own, which has no WebGPU. */
class FirefoxProvider implements BrowserProvider {
  readonly name = 'firefox-bidi'
  readonly supportsParallelism = false
  #browser: Promise<Browser> | undefined
  #pages = new Map<string, Page>()

  getCommandsContext(): Record<string, unknown> {
    return {}
  }

  async openPage(sessionId: string, url: string): Promise<void> {
    this.#browser ??= puppeteer.launch({
      browser: 'firefox',
      executablePath: findFirefox(),
      headless: true,
      extraPrefsFirefox: FIREFOX_PREFERENCES,
    })
    const page = await (await this.#browser).newPage()
    this.#pages.set(sessionId, page)
    await page.goto(url)
  }

  async close(): Promise<void> {
    await (await this.#browser)?.close()
  }
}

export function firefox() {
  return defineBrowserProvider({ name: 'firefox-bidi', providerFactory: () => new FirefoxProvider() })
}
