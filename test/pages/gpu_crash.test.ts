import { type Browser, type Page, chromium } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { findChromium, quickChromiumFlags } from '../../scripts/chromium'
import { servePages } from '../../scripts/serve_pages'
import { PAGE_TIMEOUT } from '../helpers/pages'

/** What the page of these tests has as globals. */
interface Globals {
  library: typeof import('../../src/index')
  crashGpuProcess(): Promise<void>
}

const PAGE = `<script type="module">
  import * as library from '/src/index.ts'
  Object.assign(globalThis, { library })
</script>`

let site: Awaited<ReturnType<typeof servePages>>
let browser: Browser
let page: Page

beforeAll(async () => {
  site = await servePages()
})

// A browser each: one whose GPU process has crashed a few times has no WebGPU any more.
beforeEach(async () => {
  browser = await chromium.launch({ executablePath: await findChromium(), args: quickChromiumFlags() })
  page = await browser.newPage({ baseURL: site.url })
  page.setDefaultTimeout(PAGE_TIMEOUT)
  await page.exposeFunction('crashGpuProcess', async () => {
    const session = await browser.newBrowserCDPSession()
    await session.send('Browser.crashGpuProcess').catch(() => {}) // The answer may be lost with the process.
  })
  await page.route('**/blank', (route) => route.fulfill({ contentType: 'text/html', body: PAGE }))
  await page.goto('/blank')
  await page.waitForFunction(() => 'library' in globalThis)
})

afterEach(async () => {
  await browser.close()
})

afterAll(async () => {
  await site?.server.close()
})

test('calls go on on the CPU, with the same tokens', async () => {
  const outcome = await page.evaluate(async () => {
    const { library, crashGpuProcess } = globalThis as unknown as Globals
    const changes: string[] = []
    const onBackendChange = (backend: string, { lost }: { lost: boolean }) => changes.push(`${backend}, lost: ${lost}`)
    const sampler = await library.createSampler({ onBackendChange })
    const cpu = await library.createSampler({ backend: 'cpu' })
    const before = sampler.backend
    const options = { batchSize: 4, numClasses: 500, seed: 5n }
    const logits = await cpu.noise('gumbel', options)
    const wrong: string[] = []
    // 100 calls under way at a time, until the crash has been among them and some were made after it.
    for (let step = 0, after = 0; after < 2; step += 100) {
      if (sampler.backend === 'cpu') after++
      const calls = Array.from({ length: 100 }, (_, i) => sampler.sample(logits, { ...options, step: step + i }))
      if (step === 200) void crashGpuProcess()
      for (const [i, each] of (await Promise.allSettled(calls)).entries()) {
        const expected = await cpu.sample(logits, { ...options, step: step + i })
        const drawn = each.status === 'fulfilled' ? each.value.indices.join() : String(each.reason)
        if (drawn !== expected.indices.join()) wrong.push(`step ${step + i}: ${drawn}`)
      }
    }
    return { before, after: sampler.backend, changes, wrong }
  })
  expect(outcome).toEqual({ before: 'webgpu', after: 'cpu', changes: ['cpu, lost: true'], wrong: [] })
})

test("once the browser gives no GPU any more, 'auto' begins on the CPU", async () => {
  const backends = await page.evaluate(async () => {
    const { library, crashGpuProcess } = globalThis as unknown as Globals
    const found: string[] = []
    for (let crashes = 0; crashes < 10 && found.at(-1) !== 'cpu'; crashes++) {
      const sampler = await library.createSampler()
      const options = { batchSize: 1, numClasses: 3, seed: 1 }
      const { indices } = await sampler.sample(Float32Array.of(1, 2, 3), options)
      found.push(sampler.backend)
      if (indices.length !== 1) return ['no draw']
      await crashGpuProcess()
      await sampler.device?.lost
    }
    return found
  })
  expect(backends[0]).toBe('webgpu')
  expect(backends.at(-1)).toBe('cpu')
})

test("backend 'webgpu' rejects, and another sampler draws on the GPU again", async () => {
  const outcome = await page.evaluate(async () => {
    const { library, crashGpuProcess } = globalThis as unknown as Globals
    const sampler = await library.createSampler({ backend: 'webgpu' })
    const options = { batchSize: 1, numClasses: 3, seed: 1 }
    const logits = Float32Array.of(1, 2, 3)
    const { indices } = await sampler.sample(logits, options)
    await crashGpuProcess()
    await sampler.device!.lost
    const later = await sampler.sample(logits, options).catch((error: Error) => `${error.name}: ${error.message}`)
    const another = await library.createSampler({ backend: 'webgpu' })
    const again = await another.sample(logits, options)
    return { later, same: again.indices[0] === indices[0] }
  })
  expect(outcome.later).toMatch(/^DeviceError: the GPU device was lost \(unknown: .+\); make another sampler/)
  expect(outcome.same).toBe(true)
})
