/** Times first results, each in a browser that was just started: `npm run bench:cold -- [rounds] [part of a name]`. */
import { readFileSync, readdirSync } from 'node:fs'
import puppeteer from 'puppeteer-core'
import { createServer } from 'vite'
import { COLD_NAMES, type ColdName, type runPrepared } from '../bench/cold'
import { chromiumFlags, findChromium } from './chromium'

const rounds = Number(process.argv[2] ?? 5)
const names = COLD_NAMES.filter((name) => name.includes(process.argv[3] ?? ''))
if (!Number.isInteger(rounds) || rounds < 1 || names.length === 0) {
  console.error('npm run bench:cold -- [rounds, 5] [part of the names of contenders]')
  process.exit(2)
}

const server = await createServer({
  configFile: 'vite.config.ts',
  server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
  cacheDir: 'node_modules/.vite-bench-cold',
  optimizeDeps: { entries: ['bench/headless.html'] },
  logLevel: 'warn',
})
await server.listen()
const url = new URL('bench/headless.html', server.resolvedUrls?.local[0]).href

/** Milliseconds of a processor that a process and those below it have had, on Linux: what else the machine does counts little. */
function processorOf(root: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  const ticks = new Map<number, { parent: number; own: number }>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      // After the command's name in brackets: state, parent, …; user and system time are the 12th and 13th.
      const fields = readFileSync(`/proc/${name}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ')
      ticks.set(Number(name), { parent: Number(fields[1]), own: Number(fields[11]) + Number(fields[12]) })
    } catch {
      // It has ended.
    }
  }
  const isBelow = (pid: number): boolean => pid === root || (ticks.has(pid) && isBelow(ticks.get(pid)!.parent))
  const MS_A_TICK = 10
  return [...ticks].reduce((sum, [pid, { own }]) => sum + (isBelow(pid) ? MS_A_TICK * own : 0), 0)
}

/** What an expression gives in a page of a browser of its own, whose caches are empty, and the processor's time meanwhile. */
async function evaluated<T>(expression: string): Promise<{ value: T; processor: number }> {
  const browser = await puppeteer.launch({
    executablePath: findChromium(),
    args: [...chromiumFlags(), '--enable-webgpu-developer-features'],
    protocolTimeout: 0,
  })
  try {
    const page = await browser.newPage()
    await page.goto(url)
    await page.waitForFunction('globalThis.bench')
    const pid = browser.process()!.pid!
    const before = processorOf(pid) ?? NaN
    const value = (await page.evaluate(expression)) as T
    return { value, processor: (processorOf(pid) ?? NaN) - before }
  } finally {
    await browser.close()
  }
}

const measured = (name: ColdName) => evaluated<number>(`bench.runCold(${JSON.stringify(name)})`)
const times = new Map(names.map((name) => [name, [] as { value: number; processor: number }[]]))
await measured(names[0]) // Has the server transform what pages import.
for (let round = 0; round < rounds; round++)
  for (const name of names) {
    const one = await measured(name)
    times.get(name)!.push(one)
    process.stderr.write(`${round + 1} of ${rounds}: ${name} ${one.value.toFixed(0)} ms\n`)
  }
console.log('first result at [64, 1000], ms: best, median; of a processor, in all of the browser: best')
for (const [name, all] of times) {
  const [values, processors] = (['value', 'processor'] as const).map((key) =>
    all.map((each) => each[key]).toSorted((a, b) => a - b),
  )
  const shown = [values[0], values[values.length >> 1], processors[0]].map((ms) => ms.toFixed(0).padStart(7))
  console.log(`${name.padEnd(42)} ${shown.join('')}`)
}

console.log('\nfirst and second call after prepare(), ms: of the browser whose ratio is least')
const prepared: Awaited<ReturnType<typeof runPrepared>>[] = []
for (let round = 0; round < rounds; round++) {
  const { value } = await evaluated<(typeof prepared)[number]>('bench.runPrepared()')
  prepared.push(value)
}
for (const name of Object.keys(prepared[0])) {
  const ratio = ([first, second]: [number, number]) => first / second
  const [first, second] = prepared.map((each) => each[name]).toSorted((a, b) => ratio(a) - ratio(b))[0]
  console.log(
    `${name.padEnd(42)} ${first.toFixed(1).padStart(6)} ${second.toFixed(1).padStart(6)} ${(first / second).toFixed(2)}`,
  )
}
await server.close()
process.exit()
