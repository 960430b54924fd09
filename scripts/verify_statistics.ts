/**
 * Statistical tests of words, noise and draws that the GPU makes: `npm run verify:statistics`. `-- --browser firefox` runs them there,
 * `--only TEXT` those whose name has the text, `--write` writes docs/statistics.md. Exits with 1 where chance does not explain
 * what came out, and with 2 where an option is wrong.
 */
import { parseArgs } from 'node:util'
import { SingleBar } from 'cli-progress'
import puppeteer, { type Browser } from 'puppeteer-core'
import { BATTERY } from '../test/helpers/statistics/battery'
import type { Finding } from '../test/helpers/statistics/finding'
import { chromiumFlags, findChromium } from './chromium'
import { FIREFOX_PREFERENCES, findFirefox } from './firefox'
import { runScript } from './run_script'
import { writeSection } from './section'
import { servePages } from './serve_pages'
import { type Found, markdownOf, verdictOf } from './statistics/report'

const BROWSERS: Record<string, () => Promise<Browser>> = {
  chromium: async () =>
    puppeteer.launch({ executablePath: await findChromium(), args: chromiumFlags(), protocolTimeout: 0 }),
  firefox: () =>
    puppeteer.launch({
      browser: 'firefox',
      executablePath: findFirefox(),
      extraPrefsFirefox: FIREFOX_PREFERENCES,
      protocolTimeout: 0,
    }),
}

interface Choice {
  browser: string
  only: string
  write: boolean
}

function choiceOf(args: string[]): Choice {
  const { values } = parseArgs({
    args,
    options: {
      browser: { type: 'string', default: 'chromium' },
      only: { type: 'string', default: '' },
      write: { type: 'boolean', default: false },
    },
  })
  if (!Object.hasOwn(BROWSERS, values.browser))
    throw new Error(`--browser is '${values.browser}'; it may be ${Object.keys(BROWSERS).join(' or ')}`)
  if (!BATTERY.some(({ name }) => name.includes(values.only)))
    throw new Error(`--only is '${values.only}'; no test's name has it`)
  return values
}

async function main({ browser: name, only, write }: Choice): Promise<number> {
  const { server, url } = await servePages()
  const browser = await BROWSERS[name]()
  try {
    const page = await browser.newPage()
    page.on('pageerror', (error) => console.error(error))
    await page.goto(`${url}scripts/statistics/page.html`)
    await page.waitForFunction('globalThis.statistics')
    const adapter = (await page.evaluate('statistics.then(({ adapter }) => adapter)')) as string
    const chosen = [...BATTERY.entries()].filter(([, check]) => check.name.includes(only))
    const format = '{bar} {value} of {total}, {duration_formatted}, {eta_formatted} left: {now}'
    const bar = new SingleBar({ format, noTTYOutput: true, notTTYSchedule: 30_000 })
    bar.start(chosen.length, 0, { now: '' })
    const start = performance.now()
    const found: Found[] = []
    for (const [i, check] of chosen) {
      bar.update(found.length, { now: check.name })
      const finding = (await page.evaluate(`statistics.then(({ run }) => run(${i}))`)) as Finding
      found.push({ name: check.name, ...finding })
    }
    bar.update(found.length, { now: 'done' })
    bar.stop()
    const seconds = (performance.now() - start) / 1000

    for (const { name: test, p, sees } of found) console.log(`${p.toFixed(4)}  ${test}; sees ${sees}`)
    const { good, text } = verdictOf(found)
    console.log(text)
    const stack = `${(await browser.version()).replace('/', ' ')} (${adapter})`
    if (write) await writeSection('verify:statistics', markdownOf(found, stack, seconds))
    return good ? 0 : 1
  } finally {
    await browser.close()
    await server.close()
  }
}

await runScript(choiceOf, main)
