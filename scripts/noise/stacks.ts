import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'
import { chromium } from 'playwright'
import { launch } from 'puppeteer-core'
import { chromiumFlags, findChromium } from '../chromium'
import { DENO_ENV, DENO_FLAGS, findDeno } from '../deno'
import { FIREFOX_PREFERENCES, findFirefox } from '../firefox'
import type { Digest } from './compare'
import type { DenoLine } from './deno'

/** An implementation of WebGPU and its adapter, or the CPU backend, ready to digest noise. */
export interface Stack {
  title: string
  adapter: string
  digest: Digest
  close(): Promise<unknown>
}

/** Where the bundle of page.ts, deno.ts and worker.ts lies, on disk and on HTTP. */
export interface Runners {
  folder: string
  url: string
}

/** How to start each stack, and what it needs. */
export const STACKS: Record<string, { open(runners: Runners): Promise<Stack>; install: string }> = {
  chromium: { open: openChromium, install: 'apt-get install chromium' },
  firefox: { open: openFirefox, install: 'apt-get install firefox-esr mesa-vulkan-drivers' },
  deno: { open: openDeno, install: 'npm ci && apt-get install mesa-vulkan-drivers' },
  cpu: { open: openCpu, install: 'Node 20 or later' },
}

async function openChromium({ url }: Runners): Promise<Stack> {
  const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags() })
  const close = () => browser.close()
  return orClose(close, async () => {
    const gpu = await openPage(await browser.newPage(), url)
    return { title: `Chromium ${browser.version()}`, ...gpu, close }
  })
}

async function openFirefox({ url }: Runners): Promise<Stack> {
  const executablePath = findFirefox()
  const browser = await launch({ browser: 'firefox', executablePath, extraPrefsFirefox: FIREFOX_PREFERENCES })
  const close = () => browser.close()
  return orClose(close, async () => {
    const gpu = await openPage(await browser.newPage(), url)
    return { title: `Firefox ${(await browser.version()).replace(/^firefox\//i, '')}`, ...gpu, close }
  })
}

/** A page of Playwright or of Puppeteer. */
interface Page {
  goto(url: string): Promise<unknown>
  evaluate(expression: string): Promise<unknown>
}

async function openPage(page: Page, url: string): Promise<Pick<Stack, 'adapter' | 'digest'>> {
  await page.goto(url)
  const adapter = (await page.evaluate('gpu.then(({ adapter }) => adapter)')) as string
  const digest: Digest = async (ranges) =>
    (await page.evaluate(`gpu.then(({ digest }) => digest(${JSON.stringify(ranges)}))`)) as number[]
  return { adapter, digest }
}

async function openDeno({ folder }: Runners): Promise<Stack> {
  const child = spawn(findDeno(), ['run', ...DENO_FLAGS, join(folder, 'deno.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...DENO_ENV },
  })
  const close = async () => child.kill()
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const read = async (): Promise<DenoLine> => {
    const { value, done } = await lines.next()
    const line: DenoLine = done ? { error: 'Deno ended' } : JSON.parse(value)
    if (line.error) throw new Error(line.error)
    return line
  }
  return orClose(close, async () => {
    const { version, adapter = '' } = await read()
    const digest: Digest = async (ranges) => {
      child.stdin.write(`${JSON.stringify(ranges)}\n`)
      return (await read()).digests ?? []
    }
    return { title: `Deno ${version}`, adapter, digest, close }
  })
}

async function openCpu({ folder }: Runners): Promise<Stack> {
  const workers = Array.from({ length: availableParallelism() }, () => new Worker(join(folder, 'worker.mjs')))
  const digest: Digest = async (ranges) => {
    const digests = new Uint32Array(2 * ranges.length)
    await Promise.all(
      workers.map(async (worker, w) => {
        const mine = [...ranges.keys()].filter((i) => i % workers.length === w)
        worker.postMessage(mine.map((i) => ranges[i]))
        const [part] = (await once(worker, 'message')) as [Uint32Array]
        mine.forEach((i, j) => digests.set(part.subarray(2 * j, 2 * j + 2), 2 * i))
      }),
    )
    return digests
  }
  const close = () => Promise.all(workers.map((worker) => worker.terminate()))
  return { title: `CPU backend, Node ${process.versions.node}`, adapter: `${workers.length} threads`, digest, close }
}

/** What `work` gives; where it fails, what it worked with is closed first. */
async function orClose<T>(close: () => Promise<unknown>, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await close()
    throw error
  }
}
