import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { HeadlessReport, HeadlessSettings } from '../../demo/train/headless'
import { BLANK } from '../../scripts/serve_pages'
import { UsageError, readOptions } from '../../scripts/train_options'
import { pressOnce, usePages, withoutWebGpu } from '../helpers/pages'

const ROOT = resolve(import.meta.dirname, '../..')

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'train-'))
})

afterAll(() => rm(folder, { recursive: true }))

describe('the page', () => {
  const { newPage } = usePages()
  let page: Page

  beforeEach(async () => {
    page = await newPage()
  })

  /** On the CPU unless told otherwise: TensorFlow.js trains there in a fraction of the time that it takes on a software adapter. */
  async function open(query: string, backend: 'cpu' | 'webgpu' = 'cpu'): Promise<void> {
    if (backend === 'cpu') await withoutWebGpu(page)
    await page.goto(`demo/train/index.html${query}`)
    await idle()
  }

  const idle = () => page.locator('#start:enabled').waitFor()
  const text = (id: string) => page.locator(`#${id}`).innerText()
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()

  /** Presses a button, and waits until what it began has ended. */
  async function done(name: string): Promise<void> {
    await press(name)
    await idle()
    expect(await text('failure')).toBe('')
  }

  /** What the canvases of digits have drawn, as data URLs. */
  const drawn = (box: string) =>
    page.locator(`#${box} canvas`).evaluateAll((all) => all.map((each) => (each as HTMLCanvasElement).toDataURL()))

  test('trains on WebGPU, and shows what it does', async () => {
    await open('?steps=1&seed=5', 'webgpu')
    expect(await text('backend')).toMatch(/^WebGPU: \S/)
    await done('Train')
    expect(await text('status')).toBe('Step 1 of 1, gumbel-softmax')
    expect(await text('digest')).toMatch(/^[0-9a-f]{8}$/)
    const [loss, reconstruction, divergence] = await Promise.all(
      ['loss', 'reconstruction', 'divergence'].map(async (id) => Number(await text(id))),
    )
    expect(loss).toBeGreaterThan(100)
    expect(Math.abs(loss - reconstruction - divergence)).toBeLessThan(0.11)
    expect(await text('tau')).toBe('1.00')
    expect(Number(await text('held-out'))).toBeGreaterThan(100)
    expect(await text('below')).toMatch(/^−?\d+\.\d %$/)

    const pairs = await drawn('pairs')
    expect(new Set(pairs.filter((_, i) => i % 2 === 0)).size).toBe(20)
    expect(new Set(pairs.filter((_, i) => i % 2 === 1)).size).toBeGreaterThan(1)
    expect(new Set(await drawn('samples')).size).toBeGreaterThan(1)
    expect(await page.locator('#latents .bars rect').count()).toBe(30)
    expect(await page.locator('#latents .squares rect').count()).toBe(300)
    expect(await text('loss-key')).toContain(loss.toFixed(1))
    expect(await text('estimators-key')).toMatch(/gumbel-softmax.*mean digit/s)
  })

  test('makes the same draws of one seed, by steps or in one go, and others of another', async () => {
    await open('?steps=2&seed=5')
    await done('Train')
    const digest = await text('digest')
    await done('Start over')
    expect(await text('status')).toBe('Step 0 of 2, gumbel-softmax')
    await done('Step')
    expect(await text('status')).toBe('Step 1 of 2, gumbel-softmax')
    expect(await text('digest')).not.toBe(digest)
    await done('Go on')
    expect(await text('digest')).toBe(digest)

    await press('Go on')
    await page.getByText('this training is at step 2: go further, or start over').waitFor()
    await page.getByLabel('Seed').fill('6')
    await done('Train')
    expect(await text('digest')).not.toBe(digest)
    expect(new URL(page.url()).searchParams.get('seed')).toBe('6')
  })

  test('pauses after the step that it is at, and goes on', async () => {
    await open('?steps=100000&estimator=reinforce')
    await page.evaluate(pressOnce("document.querySelector('#status').textContent.startsWith('Step 2 ')", '#pause'))
    await press('Train')
    await page.getByText('Step 2 of 100,000, reinforce').waitFor()
    await idle()
    expect(await page.getByRole('button', { name: 'Pause' }).isDisabled()).toBe(true)
    await page.getByLabel('Train to step').fill('3')
    await done('Go on')
    expect(await text('status')).toBe('Step 3 of 3, reinforce')
  })

  test('saves weights and loads them, and says what is wrong with others', async () => {
    const save = async (): Promise<Buffer> => {
      const [download] = await Promise.all([page.waitForEvent('download'), press('Save weights')])
      expect(download.suggestedFilename()).toBe('digits-straight-through-2.safetensors')
      const file = await readFile(await download.path())
      await idle()
      return file
    }
    const load = (name: string, buffer: Buffer) =>
      page.locator('#file').setInputFiles({ name, mimeType: 'application/octet-stream', buffer })

    await open('?steps=2&seed=9&estimator=straight-through')
    await done('Train')
    const shown = () => Promise.all(['held-out', 'digest', 'status'].map(text))
    const [before, digits, file] = [await shown(), await drawn('pairs'), await save()]
    const headerLength = Number(file.readBigUInt64LE())
    const header = JSON.parse(file.subarray(8, 8 + headerLength).toString())
    expect(header['__metadata__']).toMatchObject({ estimator: 'straight-through', seed: '9', steps: '2' })
    expect(header['layer0.weights']).toEqual({ dtype: 'F32', shape: [784, 300], data_offsets: [0, 4 * 784 * 300] })

    page = await newPage()
    await open('?steps=2')
    await load('digits.safetensors', file)
    await page.getByText('Step 2 of 2, straight-through').waitFor()
    await idle()
    expect(await shown()).toEqual(before)
    expect(await drawn('pairs')).toEqual(digits)
    expect(await page.getByLabel('Seed').inputValue()).toBe('9')
    expect((await save()).equals(file)).toBe(true)

    await load('other.bin', Buffer.from('not weights'))
    await page.getByText('other.bin cannot be loaded: it has no header of safetensors').waitFor()
    await load('short.bin', file.subarray(0, file.length - 4))
    await page.getByText('short.bin cannot be loaded: it ends before its layer2.biases do').waitFor()
    const renamed = Buffer.from(file)
    renamed.write('gumbel-webgpu train 9', renamed.indexOf('gumbel-webgpu train 1'))
    await load('later.bin', renamed)
    await page.getByText("later.bin cannot be loaded: it is of format 'gumbel-webgpu train 9'").waitFor()
    await idle()
    expect(await text('digest')).toBe(before[1])
  })

  test('trains on the CPU where there is no WebGPU, and says so, each estimator in turn', async () => {
    await open('?steps=1')
    expect(await text('backend')).toMatch(/^CPU: TensorFlow\.js has no WebGPU in this browser, so it trains on the CPU/)
    await done('All four in turn')
    expect(await text('status')).toBe('Step 1 of 1, rebar')
    const key = await text('estimators-key')
    for (const name of ['gumbel-softmax', 'straight-through', 'reinforce', 'rebar', 'mean digit'])
      expect(key).toMatch(new RegExp(`${name}\\s+\\d+\\.\\d`))
    // One seed draws of untrained logits the same letters, whatever learns of them.
    const digest = await text('digest')
    await page.getByLabel('Estimator').selectOption('gumbel-softmax')
    await done('Train')
    expect(await text('digest')).toBe(digest)
  })

  test('names bad settings, and fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    await open('?seed=-1&steps=2&estimator=magic')
    await press('Train')
    await page.getByText("seed is '-1'; it must be a whole number from 0 to 4294967295").waitFor()
    await page.getByLabel('Seed').fill('1')
    await page.getByLabel('Train to step').fill('many')
    await press('Train')
    await page.getByText("steps is 'many'; it must be a whole number from 1 to 1000000").waitFor()
    expect(await text('seed-error')).toBe('')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
  })
})

function train(...options: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) =>
    execFile('npm', ['run', '--silent', 'train', '--', ...options], { cwd: ROOT }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, stdout, stderr }),
    ),
  )
}

const optionOf = ([name, value]: [string, string | number]) => [`--${name}`, String(value)]

const ENDING = /\nheld-out negative ELBO: ([\d.]+) nats \(mean digit: 206\.60\)\nindices digest: ([0-9a-f]{8})\n$/

describe('npm run train', () => {
  const { newPage } = usePages('sources')

  // The page trains on WebGPU; held-out digits take a software adapter minutes.
  test('trains and writes a picture, those of its seed', async () => {
    const out = join(folder, 'digits.png')
    const settings: HeadlessSettings = { steps: 1, estimator: 'rebar', seed: 3, backend: 'cpu' }
    const { code, stdout } = await train(...Object.entries({ ...settings, out }).flatMap(optionOf))
    expect(code).toBe(0)
    expect(stdout).toMatch(/^step 1: loss [\d.]+ nats \(reconstruction [\d.]+, divergence [\d.]+\), tau 0\.300\n/)
    const [nats, digest] = stdout.match(ENDING)!.slice(1)
    expect(Number(nats)).toBeGreaterThan(100)
    const png = await readFile(out)
    expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
    // Twenty digits of 28 pixels, twice as large, in three rows.
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1120, 168])

    // Another browser trains the same.
    const page = await newPage()
    await page.goto(BLANK)
    const again = await page.evaluate<HeadlessReport>(
      `import('/demo/train/headless.ts').then(({ train }) => train(${JSON.stringify(settings)}, () => {}))`,
    )
    expect([again.nats.toFixed(2), again.digest]).toEqual([nats, digest])
    expect(again.png).toBe(`data:image/png;base64,${png.toString('base64')}`)
  })

  // What settings may be is the page's to say, above.
  test.each([
    [['--seed', '1.5'], "--seed is '1.5'; it must be a whole number from 0 to 4294967295"],
    [
      ['--out', '/no/such/folder/a.png'],
      "--out is '/no/such/folder/a.png'; it must be the path of a PNG in a folder that exists",
    ],
    [
      ['--batch', '3'],
      '--batch is not an option; options are --steps, --estimator, --seed, --backend, --out and --help',
    ],
  ])('refuses %j by name', (options, message) => {
    expect(() => readOptions(options)).toThrow(new UsageError(message))
  })

  test('has exit code 2 for a bad option', async () => {
    const { code, stdout, stderr } = await train('--backend', 'webgl')
    expect(stderr).toContain("--backend is 'webgl'; it must be webgpu or cpu")
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  test('prints its usage', async () => {
    const { code, stdout } = await train('--help')
    expect(stdout).toContain('Usage: npm run train')
    expect(code).toBe(0)
  })
})
