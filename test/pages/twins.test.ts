import type { Page } from 'playwright'
import { expect, test } from 'vitest'
import { Comparison } from '../../demo/twins/comparison'
import { usePages, withoutWebGpu } from '../helpers/pages'

const { newPage } = usePages()

const QUERY = '?tokens=8&seed=7&prompt=And+the'

async function open(query: string, prepare?: (page: Page) => Promise<void>): Promise<Page> {
  const page = await newPage()
  await prepare?.(page)
  await page.goto(`demo/twins/index.html${query}`)
  return page
}

/** Presses the button, waits for the end, and gives the texts and what is said of them. */
async function write(page: Page): Promise<{ left: string; right: string; verdict: string }> {
  await page.getByRole('button', { name: 'Write both' }).click()
  await page.locator('#stop:disabled').waitFor()
  expect(await page.locator('#failure').innerText()).toBe('')
  const [left, right, verdict] = await Promise.all(
    ['left', 'right', 'verdict'].map((id) => page.locator(`#${id}`).innerText()),
  )
  return { left, right, verdict }
}

test('WebGPU and the CPU write the same text from one seed, as do two places of a batch where there is no WebGPU', async () => {
  const page = await open(QUERY)
  const written = await write(page)
  expect(written.left).toMatch(/^And the \w/)
  expect(written).toEqual({ left: written.left, right: written.left, verdict: 'All 8 tokens are the same.' })
  expect(await page.locator('#left-place').innerText()).toMatch(/^Drawn on \S.*, logits in WebAssembly$/)

  await page.getByLabel('Seed').fill('8')
  expect((await write(page)).right).not.toBe(written.right)

  await page.getByLabel('Seed').fill('7')
  await page.getByLabel('Logits').selectOption('own')
  expect((await write(page)).right).toBe(written.right)
  expect(await page.locator('#left-place').innerText()).toMatch(/, logits of the model on the GPU$/)
  expect(new URL(page.url()).searchParams.get('logits')).toBe('own')

  await page.getByLabel('Seed').fill('-1')
  await write(page)
  expect(await page.locator('#seed-error').innerText()).toMatch(/^seed is '-1'; it must be a whole number/)

  await page.setViewportSize({ width: 390, height: 844 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)

  const cpuPage = await open(QUERY, withoutWebGpu)
  expect(await write(cpuPage)).toEqual(written)
  expect(await cpuPage.locator('#left-place').innerText()).toMatch(/^This browser gives no WebGPU device, so the CPU/)
})

test('a comparison names the first token that differs', () => {
  const comparison = new Comparison()
  const added = [
    [5, 5],
    [6, 7],
    [undefined, 8],
  ] as const
  expect(added.map((pair) => comparison.add(pair))).toEqual([false, true, false])
  expect(comparison.state).toBe('differs')
  expect(comparison.verdict((id) => `<${id}>`)).toBe(
    'Token 2 is the first that differs: <6> in the first text, <7> in the second.',
  )
})
