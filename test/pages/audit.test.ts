import puppeteer, { type Browser, type Page } from 'puppeteer-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { findChromium, quickChromiumFlags } from '../../scripts/chromium'
import { FIREFOX_PREFERENCES, findFirefox } from '../../scripts/firefox'
import { PAGE_TIMEOUT, pressOnce } from '../helpers/pages'

const CHECKS = ['adapter', 'known-answers', 'noise', 'tokens', 'kept', 'accuracy', 'chi-squared', 'tail', 'timing']
/** Those that take a software adapter few seconds. */
const QUICK = ['adapter', 'known-answers', 'noise', 'accuracy', 'chi-squared']
/** The fewest words, and no check longer than it must be. */
const FEW = 'words=20&brief'
/** Faults of a device, and the checks that find each. */
const FAULTS: [string, string[]][] = [
  ['philox', ['known-answers']],
  ['noise', ['noise']],
  ['tokens', ['tokens', 'timing']],
  ['soft', ['tokens']],
  ['kept', ['kept']],
  ['log', ['accuracy']],
  ['bias', ['chi-squared']],
  ['tail', ['tail']],
]
const [DESKTOP, PHONE] = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
]

const BROWSERS = {
  Chromium: () => puppeteer.launch({ executablePath: findChromium(), args: quickChromiumFlags(), protocolTimeout: 0 }),
  Firefox: () =>
    puppeteer.launch({
      browser: 'firefox',
      executablePath: findFirefox(),
      extraPrefsFirefox: FIREFOX_PREFERENCES,
      protocolTimeout: 0,
    }),
}

for (const [name, launch] of Object.entries(BROWSERS))
  describe(name, () => {
    let browser: Browser
    let page: Page
    let escaped: string[]

    beforeAll(async () => {
      browser = await launch()
    })

    beforeEach(async () => {
      escaped = []
      page = await browser.newPage()
      page.setDefaultTimeout(PAGE_TIMEOUT)
      await page.setViewport(DESKTOP)
      page.on('pageerror', (error) => escaped.push(String(error)))
      page.on('console', (message) => {
        if (['error', 'warn'].includes(message.type())) escaped.push(message.text())
      })
    })

    afterEach(async () => {
      await page.close()
      expect(escaped).toEqual([])
    })

    afterAll(async () => {
      await browser?.close()
    })

    const open = (query: string) => page.goto(`${inject('built').url}demo/audit/index.html?${query}`)
    const read = <T>(expression: string) => page.evaluate(expression) as Promise<T>
    const text = (id: string) => read<string>(`document.getElementById('${id}').textContent`)
    const stateOf = (check: string) => read<string>(`document.getElementById('check-${check}').dataset.state`)
    const height = () => read<number>('document.documentElement.scrollHeight')
    const focused = () => read<string>('document.activeElement.id')
    const ended = () => page.waitForFunction("!document.getElementById('run').disabled", { timeout: 0 })

    async function run(query: string): Promise<void> {
      await open(query)
      await page.click('#run')
      await ended()
    }

    /** The height of the page on screens of both sizes, the phone's last; nothing overflows that. */
    async function heights(): Promise<number[]> {
      await page.setViewport(DESKTOP)
      const desktop = await height()
      await page.setViewport(PHONE)
      // At once, before anything of the page has been told of its new size, and when all has.
      for (const when of ['0', 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))'])
        expect(
          await read(`Promise.resolve(${when}).then(() => document.documentElement.scrollWidth)`),
        ).toBeLessThanOrEqual(PHONE.width)
      return [desktop, await height()]
    }

    // Chromium's software adapter takes a minute for the other checks.
    const checks = name === 'Chromium' ? QUICK : CHECKS
    const whole = checks === CHECKS

    test('every check is good; the report holds what they found; nothing moves or overflows', async () => {
      await open(whole ? FEW : `${FEW}&only=${checks.join()}`)
      const before = await heights()
      await page.click('#run')
      await ended()
      expect(await text('failure')).toBe('')
      expect(await text('verdict')).toBe(
        whole
          ? 'Good: on this device the library draws what it promises.'
          : 'Good, as far as it goes: 5 of 9 checks were run, and passed.',
      )
      for (const check of checks) expect([check, await stateOf(check)]).toEqual([check, 'good'])
      expect(await heights()).toEqual(before)
      expect(await read('document.getElementById("bar").value')).toBe(1)
      const empty = '[...document.querySelectorAll("dd")].filter((dd) => dd.textContent === "–").length'
      if (whole) expect(await read(empty)).toBe(0)

      await read('void (navigator.clipboard.writeText = async (text) => void (globalThis.copied = text))')
      await read('void (URL.createObjectURL = (blob) => ((globalThis.saved = blob), "#"))')
      await page.click('#copy')
      await page.click('#download')
      const copied = await read<string>('copied')
      expect(await read('saved.text()')).toBe(copied)
      const report = JSON.parse(copied)
      expect(report).toMatchObject({ format: 'gumbel-webgpu audit 1', words: 2 ** 20, complaints: [] })
      expect(report.verdict).toBe(whole ? 'good' : 'incomplete')
      expect(report.checks.map(({ id }: { id: string }) => id)).toEqual(checks)
      const dataOf = (check: string) => report.checks.find(({ id }: { id: string }) => id === check)?.data
      const [adapter, answers, noise, accuracy] = QUICK.map(dataOf)
      expect(adapter.limits.maxBufferSize).toBeGreaterThan(2 ** 20)
      expect(answers).toMatchObject({ published: 3, wrong: 0, different: 0 })
      expect(noise).toMatchObject({ ok: true, failures: [] })
      if (whole) expect(dataOf('tokens').tokens).toBeGreaterThan(2000)
      // What the library is built to avoid, on every device that was tried.
      expect(accuracy.builtin.share).toBeGreaterThan(0.2)
      expect(accuracy.library).toBeLessThan(1)
    })

    // The faults are of the page's making, and found alike in all browsers: in the one that is faster on software adapters.
    for (const [fault, finders] of name === 'Firefox' ? FAULTS : [])
      test(`a device with the fault '${fault}' is bad: ${finders.join(', ')}`, async () => {
        await run(`${FEW}&fault=${fault}&only=${finders.join()}`)
        for (const check of finders) expect([check, await stateOf(check)]).toEqual([check, 'bad'])
        const { length } = finders
        expect(await text('verdict')).toMatch(new RegExp(`^Bad: ${length} checks? of ${length} failed`))
        expect(await text('fault')).toBe(`For a test, the device is broken on purpose: ${fault}.`)
        expect(await text('failure')).toBe('')
      })

    test('a cancelled run says what it has, and the keyboard stays where it is wanted', async () => {
      await open('words=32&only=adapter,noise,tokens')
      // What has the focus by then is what Enter would press.
      await page.evaluate(pressOnce("document.querySelector('#check-noise progress').value > 0", ':focus'))
      await page.focus('#run')
      await page.keyboard.press('Enter')
      await ended()
      expect(await text('verdict')).toBe('Cancelled: 1 check of 3 had ended.')
      expect(await focused()).toBe('run')
      expect([await stateOf('adapter'), await stateOf('noise'), await stateOf('tokens')]).toEqual([
        'good',
        'not-run',
        'not-run',
      ])
    })

    test('without WebGPU there is nothing to audit, and the page says so', async () => {
      await page.evaluateOnNewDocument('Object.defineProperty(Navigator.prototype, "gpu", { value: undefined })')
      await run(FEW)
      expect(await text('verdict')).toBe('There is no device to audit.')
      expect(await text('failure')).toBe('This browser offers no WebGPU.')
      expect(await stateOf('tokens')).toBe('not-run')
    })

    test('an unknown fault is refused', async () => {
      await open('fault=none')
      expect(await text('fault')).toMatch(/^fault is 'none'; it must be one of philox, /)
      expect(await read('document.getElementById("run").disabled')).toBe(true)
    })
  })
