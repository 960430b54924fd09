import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright'
import { beforeEach, expect, test } from 'vitest'
import { pressOnce, usePages } from '../helpers/pages'

const { newPage } = usePages()
let page: Page

beforeEach(async () => {
  page = await newPage()
  await page.goto('bench/index.html')
})

/** Leaves checked what is named and nothing else. */
async function choose(group: string, values: string[]): Promise<void> {
  for (const box of await page.locator(`#${group} input:not(:disabled)`).all())
    await box.setChecked(values.includes(await box.inputValue()))
}

async function runSmall(): Promise<void> {
  await choose('operations', ['sample'])
  await choose('shapes', ['1x131072'])
  await choose('logits', ['normal', 'peaked'])
  await choose('contenders', ['argmax', 'copy'])
  await page.getByLabel('Rounds').fill('1')
  await page.getByLabel('Check the draws first').setChecked(false)
  await expect.poll(() => page.locator('#count').innerText()).toBe('2 cases')
  await page.getByRole('button', { name: 'Run' }).click()
}

const rows = () => page.locator('#table tbody tr')
const status = () => page.locator('#status').innerText()

test('measures the chosen contenders on the chosen cases, exports that, and shows another device’s beside it', async () => {
  await expect.poll(() => page.locator('#adapter').innerText()).toMatch(/Chrom.*timestamps/)
  await runSmall()
  await expect.poll(status).toBe('Done')
  expect(await page.locator('#failure').innerText()).toBe('')
  const names = await page.locator('#table tbody td:nth-child(4)').allInnerTexts()
  expect(names).toEqual(['gumbel-webgpu', 'argmax', 'copy', 'gumbel-webgpu', 'argmax', 'copy'])
  const times = await page.locator('#table tbody td:nth-child(6)').allInnerTexts()
  for (const time of times) expect(Number(time.replace(',', ''))).toBeGreaterThan(0)

  await page.getByRole('button', { name: 'ms', exact: true }).click()
  const sorted = (await page.locator('#table tbody td:nth-child(6)').allInnerTexts()).map((time) =>
    Number(time.replace(',', '')),
  )
  expect(sorted).toEqual(sorted.toSorted((a, b) => a - b))
  expect(await page.locator('#plots canvas').count()).toBe(2)

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export JSON' }).click(),
  ])
  const report = JSON.parse(await readFile(await download.path(), 'utf8'))
  expect(report.results).toHaveLength(2)

  report.adapter.description = 'another GPU'
  const buffer = Buffer.from(JSON.stringify(report))
  await page.locator('#file').setInputFiles({ name: 'other.json', mimeType: 'application/json', buffer })
  await expect.poll(() => rows().count()).toBe(12)
  expect(await page.locator('#table').innerText()).toContain('another GPU')

  const bad = { name: 'bad.json', mimeType: 'application/json', buffer: Buffer.from('[1]') }
  await page.locator('#file').setInputFiles(bad)
  await expect
    .poll(() => page.locator('#failure').innerText())
    .toBe("bad.json is no result of this benchmark: its format is not 'gumbel-webgpu bench 2'")
})

test('measures with the logits of the language model at places in verses, and sets the times against the targets', async () => {
  await choose('operations', ['sample'])
  await choose('shapes', ['8x131072', '64x13815'])
  await choose('logits', ['peaked', 'kjv'])
  await choose('contenders', ['argmax'])
  await page.getByLabel('Rounds').fill('1')
  await page.getByLabel('Check the draws first').setChecked(false)
  await expect.poll(() => page.locator('#count').innerText()).toBe('2 cases')
  await page.getByRole('button', { name: 'Run' }).click()
  await expect.poll(status).toBe('Done')
  expect(await page.locator('#failure').innerText()).toBe('')
  const cells = await rows().last().locator('td').allInnerTexts()
  expect(cells.slice(0, 4)).toEqual(['64', '13,815', 'kjv', 'argmax'])
  const target = await page.locator('#targets tbody td').allInnerTexts()
  expect(target.slice(0, 3)).toEqual(['sample [8, 131072] peaked', 'argmax', '1.80 x'])
  expect(target[3]).toMatch(/^[✓✗] \d+\.\d\d$/)
})

test('a cancelled run keeps what it has finished', async () => {
  await page.evaluate(pressOnce("document.querySelector('#table tbody tr')", '#cancel'))
  await runSmall()
  await expect.poll(status).toBe('Cancelled; finished cases are below')
  // Those of the first case.
  const names = await page.locator('#table tbody td:nth-child(4)').allInnerTexts()
  expect(names).toEqual(['gumbel-webgpu', 'argmax', 'copy'])
  expect(await page.getByRole('button', { name: 'Run' }).isEnabled()).toBe(true)
  expect(await page.getByRole('button', { name: 'Cancel' }).isDisabled()).toBe(true)
})
