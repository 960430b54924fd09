import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import type { Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { parseSettings } from '../../demo/settings'
import { UsageError, readOptions } from '../../scripts/generate_options'
import { pressOnce, usePages, withoutWebGpu } from '../helpers/pages'

const ROOT = resolve(import.meta.dirname, '../..')

const { newPage } = usePages()

/** Opens the page with settings in its URL. */
async function openPage(
  settings: Record<string, string | number>,
  prepare?: (page: Page) => Promise<void>,
): Promise<Page> {
  const page = await newPage()
  await prepare?.(page)
  const query = Object.entries(settings).map(([name, value]) => [name, String(value)])
  await page.goto(`?${new URLSearchParams(query)}`)
  return page
}

/** Presses the button, waits for the end and gives the verses. */
async function write(page: Page): Promise<string[]> {
  await page.getByRole('button', { name: 'Write verses' }).click()
  await page.locator('#status:text("Done"), #failure:not(:empty), .error:not(:empty)').first().waitFor()
  expect(await page.locator('#failure').innerText()).toBe('')
  return page.locator('#verses li').allInnerTexts()
}

async function withDeviceRefused(page: Page): Promise<void> {
  await page.addInitScript(() => {
    GPUAdapter.prototype.requestDevice = async () => {
      throw new DOMException('no device today', 'OperationError')
    }
  })
}

/** As few words as tell four verses apart: each is a run of the model, as is each token. */
const SHORT = { prompt: 'And the', sequences: 4, tokens: 4, 'top-k': 7, 'top-p': 0.9 }

/** What the page shows of a word. */
interface WordOdds {
  word: string
  /** Words that are marked as drawn. */
  drawn: string[]
  /** How many are kept, of all. */
  kept: number
  shown: string[]
  text: string
}

/** Points at the first word of the second verse, then goes by keys to the word after it. */
async function oddsOfWords(page: Page): Promise<WordOdds[]> {
  const word = page.locator('#verses li:nth-child(2) .word').first()
  await word.hover()
  const pointed = await readOdds(page)
  await page.mouse.move(0, 0)
  await page.locator('#odds').waitFor({ state: 'hidden' })
  await page.locator('#verses .word[tabindex="0"]').focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  const next = page.locator('#verses li:nth-child(2) .word').nth(1)
  await page.locator('#verses li:nth-child(2) .word:nth-of-type(3)[aria-describedby="odds"]').waitFor()
  return [
    { word: await word.innerText(), ...pointed },
    { word: await next.innerText(), ...(await readOdds(page)) },
  ]
}

async function readOdds(page: Page): Promise<Omit<WordOdds, 'word'>> {
  const panel = page.locator('#odds')
  await panel.waitFor()
  const head = await panel.locator('th').first().innerText()
  return {
    drawn: await panel.locator('.drawn td:nth-child(2)').allInnerTexts(),
    kept: Number(head.match(/^kept: (\d+)$/)?.[1]),
    shown: await panel.locator('td:nth-child(2)').allInnerTexts(),
    text: await panel.innerText(),
  }
}

describe('the page', () => {
  test('writes the same verses from the same seed, others from another, and the same without WebGPU', async () => {
    const page = await openPage(SHORT)
    const verses = await write(page)
    expect(await page.locator('#backend').innerText()).toMatch(/^WebGPU: \S/)
    expect(verses).toHaveLength(4)
    for (const verse of verses) expect(verse).toMatch(/^And the \w.*\u00a0…$/)
    expect(new Set(verses).size).toBe(4)
    expect(await page.locator('#rate').innerText()).toMatch(/^[\d.,]+ tokens a second$/)
    const odds = await oddsOfWords(page)
    // As the panel shows them: which of the words were kept, and that the CPU draws the same.
    for (const { word, drawn, kept, shown, text } of odds) {
      expect(drawn).toEqual([word])
      expect(shown).toContain(word)
      expect(kept).toBeGreaterThanOrEqual(1)
      expect(kept).toBeLessThanOrEqual(7)
      expect(text).toMatch(/^Most likely of 13,815 words\n[^]*\nThe CPU draws the same\.$/)
    }
    await page.keyboard.press('Escape')
    expect(await page.locator('#odds').isVisible()).toBe(false)

    await page.getByLabel('Seed').fill('43')
    await page.getByLabel('Tokens').fill('1')
    const others = await write(page)
    await page.reload()
    expect(await page.getByLabel('Seed').inputValue()).toBe('43')

    const cpuPage = await openPage(SHORT, withoutWebGpu)
    expect(await write(cpuPage)).toEqual(verses)
    const strip = ({ word, kept, shown }: WordOdds) => ({ word, kept, shown })
    expect((await oddsOfWords(cpuPage)).map(strip)).toEqual(odds.map(strip))
    expect(await cpuPage.locator('#backend').innerText()).toBe(
      'CPU: this browser gives no WebGPU device, so the model and the sampler run on the CPU.',
    )
    await cpuPage.getByLabel('Repetition penalty').fill('20')
    expect(await write(cpuPage)).not.toEqual(verses)
    await cpuPage.getByLabel('Repetition penalty').fill('1.1')
    expect(await write(cpuPage)).toEqual(verses)

    await cpuPage.getByLabel('Tokens').fill('1')
    const first = await write(cpuPage)
    await cpuPage.getByLabel('Seed').fill('43')
    expect(await write(cpuPage)).toEqual(others)
    expect(others).not.toEqual(first)
  })

  // On the CPU: test/gpu/gpt2.test.ts has the model on the GPU, which takes its kernels half a minute.
  test('by transformers.js a GPT-2 writes the same verses from the same seed, and stops', async () => {
    const page = await openPage({ ...SHORT, tokens: 6, 'min-p': 0.01 }, withoutWebGpu)
    const hint = page.getByText('What a word was chosen from is shown for the recurrent model alone')
    expect(await hint.isVisible()).toBe(false)
    await page.getByLabel('Model').selectOption('gpt2')
    expect(await hint.isVisible()).toBe(true)
    const verses = await write(page)
    expect(await page.locator('#backend').innerText()).toMatch(/^CPU: /)
    expect(verses).toHaveLength(4)
    for (const verse of verses) expect(verse).toMatch(/^And the \w.*\u00a0…$/)
    expect(new Set(verses).size).toBe(4)
    expect(await page.locator('#status').innerText()).toBe('Done: 24 tokens drawn')
    expect(await page.locator('#verses .word').count()).toBe(0)

    // The model, the seed and all else are in the URL.
    const cpuPage = await openPage(Object.fromEntries(new URL(page.url()).searchParams), withoutWebGpu)
    expect(await write(cpuPage)).toEqual(verses)
    await cpuPage.getByLabel('Seed').fill('43')
    expect(await write(cpuPage)).not.toEqual(verses)

    await cpuPage.getByLabel('Prompt').fill('the '.repeat(60))
    await cpuPage.getByLabel('Tokens').fill('200')
    await cpuPage.getByRole('button', { name: 'Write verses' }).click()
    await cpuPage.getByText("tokens is '200'; it must be at most 196 after this prompt").waitFor()
    await cpuPage.getByLabel('Prompt').fill('')
    await cpuPage.evaluate(pressOnce("document.querySelector('#rate').textContent", '#stop'))
    await cpuPage.getByRole('button', { name: 'Write verses' }).click()
    await cpuPage.getByText('Stopped: 12 tokens drawn').waitFor()
  })

  test('where no device is given, names bad settings, writes on the CPU, stops when asked to, and starts again', async () => {
    const page = await openPage({ ...SHORT, prompt: 'And the gpu' }, withDeviceRefused)
    const button = page.getByRole('button', { name: 'Write verses' })
    await button.click()
    await page.getByText("prompt has 'gpu', which the model does not know").waitFor()
    expect(await page.getByLabel('Prompt').getAttribute('aria-invalid')).toBe('true')

    await page.getByLabel('Prompt').fill('In the beginning')
    for (const [label, value, allowed] of [
      ['Sequences', '65', 'a whole number from 1 to 64'],
      ['Tokens', 'many', 'a whole number from 1 to 200'],
      ['Temperature', '-1', '0 (always the likeliest word), or a number from 0.01 to 100'],
      ['Seed', '1.5', 'a whole number from 0 to 18446744073709551615'],
      ['Top-k', '-1', '0 (all words), or a whole number up to 2147483647'],
      ['Top-p', '1.5', 'a number from 0 to 1 (all words)'],
      ['Min-p', 'little', 'a number from 0 (all words) to 1'],
      ['Repetition penalty', '0', 'a number from 0.01 to 100; 1 is none'],
    ]) {
      const field = page.getByLabel(label)
      const good = await field.inputValue()
      await field.fill(value)
      await button.click()
      await page.getByText(`${label.toLowerCase().replace(' ', '-')} is '${value}'; it must be ${allowed}`).waitFor()
      await field.fill(good)
    }
    for (const verse of await write(page)) expect(verse).toMatch(/^In the beginning/)
    expect(await page.locator('.error').allInnerTexts()).toEqual(Array(9).fill(''))
    expect(await page.textContent('#backend')).toMatch(/^CPU: /)

    await page.getByLabel('Sequences').fill('64')
    await page.getByLabel('Tokens').fill('200')
    // The rate is told from the second token on; until it begins to write the page may show that of the verses before.
    const writes = "document.querySelector('#status').textContent.startsWith('Writing')"
    await page.evaluate(pressOnce(`${writes} && document.querySelector('#rate').textContent`, '#stop'))
    await button.click()
    await page.getByText('Stopped: 128 tokens drawn').waitFor()
    await page.getByLabel('Tokens').fill('1')
    expect(await write(page)).toHaveLength(64)
  })
})

function generate(...options: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) =>
    execFile('npm', ['run', '--silent', 'generate', '--', ...options], { cwd: ROOT }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, stdout, stderr }),
    ),
  )
}

describe('npm run generate', () => {
  test('draws the tokens of the CPU backend', async () => {
    const settings = '--sequences 3 --tokens 3 --top-k 40 --top-p 0.95 --min-p 0.05 --repetition-penalty 1.1'.split(' ')
    const { code, stdout } = await generate(...settings, '--prompt', 'And the')
    expect(stdout).toMatch(/^1 {2}And the .*\n2 {2}.*\n3 {2}.*\n\nWebGPU: .*\n/)
    expect(stdout).toMatch(/\ntime a step: model [\d.]+ ms, sampler [\d.]+ ms \(medians\)\n/)
    expect(stdout).toMatch(/\ntokens equal to the CPU backend: 9 of 9\n$/)
    expect(code).toBe(0)
  })

  test.each([
    [['--sequences', '0'], "--sequences is '0'; it must be a whole number from 1 to 64"],
    [['--seed', '-1'], "--seed is '-1'; it must be a whole number from 0 to 18446744073709551615"],
    [['--prompt', 'And the gpu'], "--prompt has 'gpu', which the model does not know"],
    [
      ['--temperature', '0.001'],
      "--temperature is '0.001'; it must be 0 (always the likeliest word), or a number from 0",
    ],
    [['--top-k', '1.5'], "--top-k is '1.5'; it must be 0 (all words), or a whole number up to 2147483647"],
    [['--top-k', '2147483648'], "--top-k is '2147483648'; it must be"],
    [['--top-p', '1.01'], "--top-p is '1.01'; it must be a number from 0 to 1 (all words)"],
    [['--min-p', '-0.1'], "--min-p is '-0.1'; it must be a number from 0 (all words) to 1"],
    [['--repetition-penalty', '0'], "--repetition-penalty is '0'; it must be a number from 0.01 to 100; 1 is none"],
    [['--repetition-penalty'], '--repetition-penalty has no value; it must be a number from 0.01 to 100'],
    [['--verses', '3'], '--verses is not an option; options are --prompt,'],
  ])('refuses %j by name', (options, message) => {
    expect(() => readOptions(options)).toThrow(UsageError)
    expect(() => readOptions(options)).toThrow(message)
  })

  test('takes filters and a penalty', () => {
    const text = readOptions(['--top-k', '7', '--top-p=0.5', '--min-p', '.25', '--repetition-penalty', '2'])!
    expect(parseSettings(text)).toMatchObject({ topK: 7, topP: 0.5, minP: 0.25, repetitionPenalty: 2, seed: 42n })
    expect(parseSettings(readOptions([])!)).toMatchObject({ topK: 40, topP: 0.95, minP: 0.05, repetitionPenalty: 1.1 })
  })

  test('has exit code 2 for a bad option', async () => {
    const { code, stdout, stderr } = await generate('--top-p', '2')
    expect(stderr).toContain("--top-p is '2'; it must be a number from 0 to 1 (all words)")
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  test('prints its usage', async () => {
    const { code, stdout } = await generate('--help')
    expect(stdout).toContain('Usage: npm run generate')
    expect(code).toBe(0)
  })
})
