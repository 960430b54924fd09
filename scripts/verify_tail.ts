/**
 * Counts on the GPU how often a tail of 131,071 classes 18 nats below one head is drawn, against what softmax gives it, and
 * that a head 40 nats above is drawn always: `npm run verify:tail`, which writes docs/tail.md. Exits with 1 where they differ.
 */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { resolve } from 'node:path'
import { SingleBar } from 'cli-progress'
import { type Page, chromium } from 'playwright'
import { format, resolveConfig } from 'prettier'
import { TAIL_TEST, softmaxTailProbability } from '../test/helpers/tail'
import { chromiumFlags, findChromium } from './chromium'
import { servePages } from './serve_pages'

const REPORT = resolve(import.meta.dirname, '../docs/tail.md')
const DRAWS_A_CALL = 1000
const { numClasses, gap, draws, deviations } = TAIL_TEST
const FAR = { gap: 40, draws: 10_000 }

interface Counted {
  tail: number
  seconds: number
}

/** Draws from the tail among `total`, with a bar while it counts. */
async function count(page: Page, title: string, below: number, total: number): Promise<Counted> {
  const layout = `${title} {bar} {percentage}%  {duration_formatted}, {eta_formatted} left, {tail} from the tail`
  const bar = new SingleBar({ format: layout, noTTYOutput: true, notTTYSchedule: 30_000 })
  bar.start(total, 0, { tail: 0 })
  const start = performance.now()
  let tail = 0
  for (let done = 0; done < total; done += DRAWS_A_CALL) {
    const call = [numClasses, below, DRAWS_A_CALL, done / DRAWS_A_CALL].join()
    tail += await page.evaluate<number>(`tail.then(({ count }) => count(${call}))`)
    bar.update(done + DRAWS_A_CALL, { tail })
  }
  bar.stop()
  return { tail, seconds: (performance.now() - start) / 1000 }
}

/** docs/tail.md, as prettier writes it. */
async function reportOf(stack: string, z: number, expected: number, near: Counted, far: Counted): Promise<string> {
  const processors = cpus()
  const n = (value: number) => value.toLocaleString('en')
  const markdown = `# The tail

Written by \`npm run verify:tail\`, to be run again after any change to the noise, to Philox or to the sampling kernels. One head
and ${n(numClasses - 1)} other classes far below it, drawn many times in ${stack} on ${new Date().toISOString().slice(0, 10)} (${processors.length} × ${processors[0].model};
the seconds include whatever else the machine was doing):

| others, nats below the head | draws | from the others | softmax gives them | seconds |
| --- | --- | --- | --- | --- |
| ${gap} | ${n(draws)} | ${near.tail} | ${expected.toFixed(1)} ± ${Math.sqrt(expected).toFixed(1)} | ${near.seconds.toFixed(0)} |
| ${FAR.gap} | ${n(FAR.draws)} | ${far.tail} | ${((numClasses - 1) * Math.exp(-FAR.gap) * FAR.draws).toExponential(0)} | ${far.seconds.toFixed(0)} |

The first is ${Math.abs(z).toFixed(2)} standard deviations ${z < 0 ? 'below' : 'above'} what softmax gives, where ${deviations} are allowed. 24-bit uniforms would be 6.2
below it, 23-bit ones 11.9, and the \`-log(-log u)\` of float32 12.5 (\`test/cpu/tail.test.ts\` computes these).
`
  return format(markdown, { ...(await resolveConfig(REPORT)), filepath: REPORT })
}

async function main(): Promise<number> {
  const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags() })
  const { server, url } = await servePages()
  try {
    const page = await browser.newPage()
    await page.goto(`${url}scripts/tail/page.html`)
    const adapter = await page.evaluate<string>('tail.then(({ adapter }) => adapter)')
    const stack = `Chromium ${browser.version()} (${adapter})`
    const far = await count(page, `gap ${FAR.gap}`, FAR.gap, FAR.draws)
    const near = await count(page, `gap ${gap}`, gap, draws)

    const probability = softmaxTailProbability()
    const expected = draws * probability
    const z = (near.tail - expected) / Math.sqrt(expected * (1 - probability))
    console.log(`gap ${FAR.gap}: ${far.tail} of ${FAR.draws} draws from the tail, ${far.seconds.toFixed(1)} s`)
    console.log(
      `gap ${gap}: ${near.tail} of ${draws} draws from the tail, ${expected.toFixed(1)} expected, ` +
        `${z.toFixed(2)} standard deviations, ${near.seconds.toFixed(1)} s`,
    )
    writeFileSync(REPORT, await reportOf(stack, z, expected, near, far))
    return far.tail === 0 && Math.abs(z) <= deviations ? 0 : 1
  } finally {
    await browser.close()
    await server.close()
  }
}

process.exitCode = await main()
