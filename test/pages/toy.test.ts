import type { Page } from 'playwright'
import { expect, test } from 'vitest'
import { usePages, withoutWebGpu } from '../helpers/pages'

const { newPage } = usePages()

async function open(query: string, prepare?: (page: Page) => Promise<void>): Promise<Page> {
  const page = await newPage()
  await prepare?.(page)
  await page.goto(`demo/train/toy/index.html${query}`)
  await drawn(page)
  return page
}

async function drawn(page: Page): Promise<void> {
  await page.locator('#sweep-status:text("draws at each of 13 τ")').waitFor()
  await page.locator('#descent-status:text("400 steps")').waitFor()
  expect(await page.locator('#failure').innerText()).toBe('')
}

/** A row of numbers: mean, bias, error, variance. */
async function numbersOf(page: Page, estimator: string): Promise<number[]> {
  const cells = await page.locator(`tr[data-estimator=${estimator}] td`).allInnerTexts()
  return cells.flatMap((text) => text.split('±')).map((text) => Number(text.trim().replace('−', '-')))
}

test('draws bias, variance and descents on WebGPU, and again where a control is moved', async () => {
  const page = await open('?samples=10000')
  expect(await page.locator('#backend').innerText()).toMatch(/on WebGPU: \S/)
  // A curve an estimator, with a point a tau.
  expect(await page.locator('#bias g.curve').count()).toBe(5)
  expect(await page.locator('#variance .gumbel-softmax circle').count()).toBe(13)
  expect(await page.locator('#bias .reinforce circle:not(.open)').count()).toBe(0)
  expect(await page.locator('#bias .gumbel-softmax circle:not(.open)').count()).toBeGreaterThan(8)

  const [, bias, error] = await numbersOf(page, 'gumbel-softmax')
  expect(bias).toBeLessThan(-0.02)
  expect(Math.abs((await numbersOf(page, 'reinforce'))[1])).toBeLessThan(0.006)
  expect(error).toBeLessThan(0.002)

  await page.locator('#tau').fill('0')
  await page.locator('#descent-status:text("Step")').waitFor()
  await drawn(page)
  const cold = await numbersOf(page, 'gumbel-softmax')
  expect(Math.abs(cold[1])).toBeLessThan(0.02)
  expect(cold[2]).toBeGreaterThan(error)
  expect(new URL(page.url()).searchParams.get('tau')).toBe('0')

  await page.getByRole('button', { name: 'New draws' }).click()
  await expect.poll(() => numbersOf(page, 'gumbel-softmax')).not.toEqual(cold)
})

test('draws on the CPU where there is no WebGPU, and says so', async () => {
  const page = await open('?samples=1000', withoutWebGpu)
  expect(await page.locator('#backend').innerText()).toContain('the CPU: this browser offers no WebGPU')
  expect(await page.locator('#samples').inputValue()).toBe('1000')
  expect((await numbersOf(page, 'gumbel-softmax'))[1]).toBeLessThan(-0.02)
})
