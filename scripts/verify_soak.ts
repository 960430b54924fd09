/**
 * Makes calls of every kind for minutes in Chromium, each compared with the CPU backend, and sees that the JS heap and the GPU
 * buffers stay as they are after a warm-up: `npm run verify:soak -- --minutes 10`. A run of 10 minutes or more writes docs/soak.md.
 * Exits with 1 where a result is wrong or memory grows, and with 2 where an option is wrong.
 */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { SingleBar } from 'cli-progress'
import { type CDPSession, type Page, chromium } from 'playwright'
import { format, resolveConfig } from 'prettier'
import { chromiumFlags, findChromium } from './chromium'
import { servePages } from './serve_pages'
import { SHAPES } from './soak/inputs'
import type { Leak } from './soak/page'
import { type Growth, type Sample, growthOf } from './soak/trend'

const REPORT = resolve(import.meta.dirname, '../docs/soak.md')
const REPORT_MINUTES = 10
const SAMPLES = 40
const LEAKS: readonly Leak[] = ['none', 'buffers', 'heap']
const USAGE = `npm run verify:soak -- [options]
  --minutes N   from 0.5 to 600 (default 5)
  --seed N      of the calls, a whole number from 0 to 4294967295 (default 1)
  --leak WHAT   ${LEAKS.join(', ')}: what is kept on purpose, to see that it is found (default none)`

interface Choice {
  minutes: number
  seed: number
  leak: Leak
}

interface Soaked {
  stack: string
  calls: Record<string, number>
  samples: Sample[]
}

/** What was asked for cannot be done; the message says what it may be. */
class Refusal extends Error {}

function choiceOf(args: string[]): Choice | undefined {
  const options = {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    leak: { type: 'string', default: 'none' },
    help: { type: 'boolean' },
  } as const
  let values
  try {
    ;({ values } = parseArgs({ args, options }))
  } catch (error) {
    throw new Refusal(`${(error as Error).message}\n${USAGE}`)
  }
  if (values.help) return undefined
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)]
  if (!(minutes >= 0.5 && minutes <= 600))
    throw new Refusal(`--minutes is '${values.minutes}'; it must be a number from 0.5 to 600`)
  if (!/^\d+$/.test(values.seed) || seed >= 2 ** 32)
    throw new Refusal(`--seed is '${values.seed}'; it must be a whole number from 0 to 4294967295`)
  const leak = LEAKS.find((each) => each === values.leak)
  if (!leak) throw new Refusal(`--leak is '${values.leak}'; it must be one of ${LEAKS.join(', ')}`)
  return { minutes, seed, leak }
}

/** Makes what is compiled once be compiled. */
async function warmUp(page: Page): Promise<void> {
  const bar = new SingleBar({ format: 'warming up {bar} {percentage}%', noTTYOutput: true, notTTYSchedule: 30_000 })
  bar.start(SHAPES.length, 0)
  try {
    while (await page.evaluate<boolean>('soak.then((soak) => soak.warmUp())')) bar.increment()
  } finally {
    bar.stop()
  }
}

/** Calls and measures in turns for so many minutes. @throws Error where a call went wrong */
async function soak(page: Page, stack: string, minutes: number): Promise<Soaked> {
  const devtools = await page.context().newCDPSession(page)
  const bar = new SingleBar({
    format: `${stack} {bar} {percentage}%  {duration_formatted}, {eta_formatted} left, {calls} calls, heap {heap} MB, {buffers} GPU buffers`,
    noTTYOutput: true,
    notTTYSchedule: 30_000,
  })
  bar.start(SAMPLES, 0, { calls: 0, heap: '–', buffers: '–' })
  const samples: Sample[] = []
  let calls: Record<string, number> = {}
  try {
    for (let done = 0; done < SAMPLES; done++) {
      const milliseconds = (60_000 * minutes) / SAMPLES
      calls = await page.evaluate<Record<string, number>>(`soak.then((soak) => soak.run(${milliseconds}))`)
      const made = Object.values(calls).reduce((sum, count) => sum + count, 0)
      const sample = { minutes: ((done + 1) * minutes) / SAMPLES, calls: made, ...(await memoryOf(page, devtools)) }
      samples.push(sample)
      bar.update(done + 1, { calls: made, heap: (sample.heap / 2 ** 20).toFixed(2), buffers: sample.buffers })
    }
  } finally {
    bar.stop()
  }
  return { stack, calls, samples }
}

async function memoryOf(page: Page, devtools: CDPSession): Promise<Pick<Sample, 'heap' | 'buffers' | 'bytes'>> {
  const buffers = await page.evaluate<{ buffers: number; bytes: number }>('soak.then((soak) => soak.settled())')
  await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize } = await devtools.send('Runtime.getHeapUsage')
  return { heap: usedSize, ...buffers }
}

function sentenceOf({ name, from, to, show, isFlat }: Growth): string {
  return `${name}: ${show(from)} after the warm-up, ${show(to)} at the end${isFlat ? '' : ': it GROWS'}`
}

/** docs/soak.md, as prettier writes it. */
async function reportOf(
  { stack, calls, samples }: Soaked,
  growths: Growth[],
  { minutes, seed }: Choice,
): Promise<string> {
  const processors = cpus()
  const n = (value: number) => value.toLocaleString('en')
  const mb = (value: number) => (value / 2 ** 20).toFixed(2)
  const rows = samples
    .filter((_, i) => (i + 1) % (SAMPLES / 8) === 0)
    .map(
      ({ minutes, calls, heap, buffers, bytes }) =>
        `| ${minutes.toFixed(1)} | ${n(calls)} | ${mb(heap)} | ${buffers} | ${mb(bytes)} |`,
    )
  const kinds = Object.entries(calls).map(([name, count]) => `| ${name} | ${n(count)} |`)
  const markdown = `# The soak

Written by \`npm run verify:soak -- --minutes ${minutes}\`: calls of every kind, up to four at once, with random shapes and options, each result
compared with the CPU backend's. The JS heap is measured after a collection, the GPU buffers are those that were made and not
destroyed, the caller's and the sampler's. The first quarter is the warm-up; the medians of the second and of the last are compared.

Run on ${new Date().toISOString().slice(0, 10)} in ${stack}, seed ${seed} (${processors.length} × ${processors[0].model}):

| minutes | calls | JS heap, MB | GPU buffers | their MB |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

${growths.map((growth) => `- ${sentenceOf(growth)}.`).join('\n')}

| kind of call | calls, all right |
| --- | --- |
${kinds.join('\n')}
`
  return format(markdown, { ...(await resolveConfig(REPORT)), filepath: REPORT })
}

async function main(choice: Choice): Promise<number> {
  const browser = await chromium.launch({ executablePath: await findChromium(), args: chromiumFlags() })
  const { server, url } = await servePages()
  try {
    const page = await browser.newPage()
    const escaped: string[] = []
    page.on('pageerror', ({ message }) => escaped.push(message))
    await page.goto(`${url}scripts/soak/page.html`)
    const { minutes, seed, leak } = choice
    await page.evaluate(`globalThis.soak = openSoak(${seed}, '${leak}'); undefined`)
    const adapter = await page.evaluate<string>('soak.then(({ adapter }) => adapter)')
    await warmUp(page)
    const soaked = await soak(page, `Chromium ${browser.version()} (${adapter})`, minutes)
    const growths = growthOf(soaked.samples)
    for (const growth of growths) console.log(sentenceOf(growth))
    for (const message of escaped) console.error(`uncaught: ${message}`)
    const isRight = growths.every(({ isFlat }) => isFlat) && escaped.length === 0
    if (isRight && minutes >= REPORT_MINUTES && leak === 'none') {
      writeFileSync(REPORT, await reportOf(soaked, growths, choice))
      console.log('docs/soak.md written')
    }
    return isRight ? 0 : 1
  } catch (error) {
    console.error(`seed ${choice.seed}: ${(error as Error).message}`)
    return 1
  } finally {
    await browser.close()
    await server.close()
  }
}

try {
  const choice = choiceOf(process.argv.slice(2))
  if (choice) process.exitCode = await main(choice)
  else console.log(USAGE)
} catch (error) {
  if (!(error instanceof Refusal)) throw error
  console.error(error.message)
  process.exitCode = 2
}
