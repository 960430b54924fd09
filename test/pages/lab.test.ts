import type { Locator, Page } from 'playwright'
import { beforeEach, expect, test } from 'vitest'
import { pressOnce, usePages, withoutWebGpu } from '../helpers/pages'

/** The columns of the figure. */
const CATEGORICAL = 0
const COLD = 1
const HOT = 4

const { newPage } = usePages()
let page: Page

beforeEach(async () => {
  page = await newPage()
})

/** Opens the page and waits until all is drawn. */
async function open(query = ''): Promise<void> {
  await page.goto(`demo/lab/index.html${query}`)
  await settled()
}

async function settled(): Promise<void> {
  await page.locator('#expectation-caption:not(:empty)').waitFor()
  await page.locator('#steps li').first().waitFor()
  await page.locator('#race-verdict:not(:empty)').waitFor()
}

/** Waits until `action` has changed what `read` sees. */
async function redrawn(read: () => Promise<unknown>, action: () => Promise<unknown>): Promise<void> {
  const before = await read()
  await action()
  await expect.poll(read).not.toEqual(before)
}

const values = async (pictures: Locator, column: number) =>
  (await pictures.nth(column).getAttribute('data-values'))!.split(' ').map(Number)
const expectation = (column: number) => values(page.locator('.expectation svg'), column)
const sample = (column: number) => values(page.locator('.sample svg'), column)
const samples = () => Promise.all([0, 1, 2, 3, 4, 5].map(sample))
const probabilities = async () => (await slider('A').locator('..').locator('[role=slider]').all()).map(valueNow)
const slider = (name: string) => page.getByRole('slider', { name: `Probability of class ${name}` })
const valueNow = async (bar: Locator) => Number(await bar.getAttribute('aria-valuenow'))
const verdict = () => page.locator('#race-verdict').innerText()
const inUrl = (name: string) => new URL(page.url()).searchParams.get(name)
const press = (name: string) => page.getByRole('button', { name }).first().click()

/** The numbers of a step, as they are shown. */
async function stepValues(id: string): Promise<number[]> {
  const texts = await page.locator(`#${id} .number`).allInnerTexts()
  return texts.map((text) => Number(text.replace('−', '-').replace('∞', 'Infinity')))
}

function expectNear(actual: number[], expected: number[], within: number): void {
  expect(actual).toHaveLength(expected.length)
  actual.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(within))
}

test('the mean goes from p, where tau is small, to even, where it is large; each draw is largest at its class', async () => {
  await open()
  expect(await page.locator('#backend').innerText()).toMatch(/on WebGPU: \S/)
  expect(await page.locator('#failure').innerText()).toBe('')
  const p = await Promise.all(await probabilities())
  expectNear(await expectation(CATEGORICAL), p, 0.015)
  expectNear(await expectation(COLD), p, 0.015)
  const even = p.map(() => 1 / p.length)
  expectNear(await expectation(HOT), even, 0.03)

  const [oneHot, ...relaxed] = await samples()
  const drawn = oneHot.indexOf(1)
  for (const y of relaxed) {
    expect(y.indexOf(Math.max(...y))).toBe(drawn)
    expect(y.reduce((sum, value) => sum + value)).toBeCloseTo(1, 4)
  }
})

test('the steps of a draw fit together: the largest sum is the smallest time', async () => {
  await open('?tau=0.7')
  for (let draw = 0; draw < 3; draw++) {
    const [p, uniforms, noise, sums, oneHot, soft, times] = await Promise.all([
      Promise.all(await probabilities()),
      ...['uniforms', 'noise', 'sums', 'argmax', 'softmax', 'race'].map((step) => stepValues(`step-${step}`)),
    ])
    const drawn = (await sample(CATEGORICAL)).indexOf(1)
    expect(sums.indexOf(Math.max(...sums))).toBe(drawn)
    expect(times.indexOf(Math.min(...times))).toBe(drawn)
    expect(oneHot).toEqual(p.map((_, i) => Number(i === drawn)))
    expect(await page.locator('#step-race tr.winner th').innerText()).toBe('ABCDE'[drawn])

    const race = uniforms.map((u, i) => -Math.log(u) / p[i])
    expectNear(times, race, 0.005)
    expectNear(
      sums,
      race.map((time) => -Math.log(time)),
      0.005,
    )
    expectNear(
      sums,
      noise.map((g, i) => Math.log(p[i]) + g),
      0.002,
    )
    const weights = sums.map((sum) => Math.exp(sum / 0.7))
    const total = weights.reduce((a, b) => a + b)
    expectNear(
      soft,
      weights.map((weight) => weight / total),
      0.002,
    )
    await redrawn(samples, () => press('Next draw'))
  }
})

test('keys and drags change probabilities and the URL, which restores all', async () => {
  await open('?samples=1000&races=1000')
  await slider('A').focus()
  await redrawn(
    () => expectation(COLD),
    () => page.keyboard.press('ArrowUp'),
  )
  expect(await valueNow(slider('A'))).toBe(0.13)
  await page.keyboard.press('PageDown')
  await page.keyboard.press('Home')
  expect(await valueNow(slider('A'))).toBe(0)

  const box = (await slider('C').locator('svg').boundingBox())!
  const x = box.x + box.width / 2
  const before = await Promise.all(await probabilities())
  await page.mouse.move(x, box.y + box.height - 2)
  await page.mouse.down()
  await page.mouse.move(x, box.y + 5, { steps: 5 })
  await page.mouse.move(x, box.y + box.height / 2, { steps: 5 })
  await page.mouse.up()
  const p = await Promise.all(await probabilities())
  expect(p[2]).toBeCloseTo(0.5, 1)
  expect(p.reduce((sum, value) => sum + value)).toBeCloseTo(1, 9)
  // The others kept their ratios on the way up and back.
  expect(p[1] / p[3]).toBeCloseTo(before[1] / before[3], 2)

  await press('Add class')
  await page.getByLabel('Your τ').first().fill('0.3')
  await page.getByLabel('Seed').fill('7')
  await redrawn(samples, () => press('Redraw'))
  await redrawn(samples, () => page.locator('.panel.sample').nth(2).click())
  await expect.poll(() => inUrl('draw')).toBe('2')
  expect(inUrl('p')!.split(',').map(Number)).toEqual(await Promise.all(await probabilities()))
  expect(inUrl('tau')).toBe('0.3')
  expect(inUrl('seed')).toBe('7')

  const shown = async () => ({
    p: await Promise.all(await probabilities()),
    mean: await expectation(COLD),
    samples: await samples(),
    steps: await stepValues('step-race'),
    races: await page.locator('#race-counts').innerText(),
  })
  const first = page
  page = await newPage()
  await page.goto(first.url())
  await settled()
  const restored = await shown()
  expect(restored.samples[CATEGORICAL]).toHaveLength(6)
  expect(restored.races.split('\n')).toHaveLength(6)
  // Its means and races may still be those of settings before.
  page = first
  await expect.poll(shown).toEqual(restored)
})

test('the races pass their chi-squared as their number grows, on the CPU alike', async () => {
  await open()
  const p = async () => Number(await page.locator('#race-p').innerText())
  expect(await p()).toBeGreaterThan(0.001)
  expect(await page.locator('#race-draws').innerText()).toBe('10,000')
  expect(await page.locator('#race-degrees').innerText()).toBe('4')
  expect(await verdict()).toContain('drew the winner of each race')
  const counts = await page.locator('#race-counts').innerText()
  const drawn = await samples()

  await redrawn(verdict, () => press('Ten times as many'))
  expect(await page.locator('#race-draws').innerText()).toBe('100,000')
  expect(await p()).toBeGreaterThan(0.001)
  await expect.poll(() => inUrl('races')).toBe('100000')

  await redrawn(verdict, () => press('Start over at 10'))
  expect(await verdict()).toContain('Too few draws for the test')
  // Stopped after the first part of many.
  await page.evaluate(pressOnce("document.querySelector('#race-draws').textContent !== '10'", '#race-run'))
  await redrawn(verdict, () => press('Run to 1,000,000'))
  expect(await page.locator('#race-draws').innerText()).toBe('20')
  await page.getByRole('button', { name: 'Run to 1,000,000' }).waitFor()
  await expect.poll(() => inUrl('races')).toBe('20')

  await withoutWebGpu(page)
  await open()
  expect(await page.locator('#backend').innerText()).toContain('this browser offers no WebGPU')
  expect(await page.locator('#race-counts').innerText()).toBe(counts)
  const onCpu = await samples()
  onCpu.forEach((y, column) => expectNear(y, drawn[column], 1e-5))
})

test('bad settings are named, and the page goes on without them', async () => {
  await open('?p=1,-2&tau=warm&samples=1000&races=100')
  await page.getByText("p is '1,-2'; it must be 2 to 10 weights").waitFor()
  await page.getByText("tau is 'warm'; it must be 0, or a number from 0.01 to 100").waitFor()
  expect(await probabilities()).toHaveLength(5)
  await page.getByLabel('Seed').fill('18446744073709551616')
  await page.getByText("seed is '18446744073709551616'; it must be").waitFor()
  await redrawn(samples, () => page.getByLabel('Seed').fill('18446744073709551615'))
  expect(await page.locator('#seed-error').innerText()).toBe('')
})

test('nothing overflows a phone, with as many classes as there may be', async () => {
  await page.setViewportSize({ width: 390, height: 844 })
  await open('?p=1,2,3,4,5,6,7,8,9,10&samples=100&races=100')
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
  expect(await page.getByRole('button', { name: 'Add class' }).isDisabled()).toBe(true)
})
