/** Runs the benchmark headless and prints it: `npm run bench -- --help`. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import puppeteer from 'puppeteer-core'
import { createServer } from 'vite'
import { CASES } from '../bench/cases'
import type { CaseResult, Report } from '../bench/run'
import { median, medianRatio, spread } from '../bench/statistics'
import { chromiumFlags, findChromium } from './chromium'

const HELP = `npm run bench -- [options]
  --cases LIST        operations: ${[...new Set(CASES.map((one) => one.operation))].join(', ')}
  --shapes LIST       such as 64x32768,1x131072
  --logits LIST       ${[...new Set(CASES.map((one) => one.logits))].join(', ')}
  --contenders LIST   such as gumbel-webgpu,argmax,jax-js
  --rounds N          rounds of each case (default 7)
  --browser NAME      chromium (default) or firefox
  --json FILE         write the report as JSON, which bench/index.html imports
Lists are separated by commas; what is left out means all.`

const list = (value?: string) => value?.split(',').filter(Boolean) ?? []

const { values } = parseArgs({
  options: {
    cases: { type: 'string' },
    shapes: { type: 'string' },
    logits: { type: 'string' },
    contenders: { type: 'string' },
    rounds: { type: 'string', default: '7' },
    browser: { type: 'string', default: 'chromium' },
    json: { type: 'string' },
    help: { type: 'boolean' },
  },
})
if (values.help) {
  console.log(HELP)
  process.exit()
}

const server = await createServer({
  configFile: 'vite.config.ts',
  // An edit must not reload the page while it measures.
  server: { port: 0, hmr: false, watch: null },
  // Of its own, so that other servers' dependencies do not reload it either.
  cacheDir: `node_modules/.vite-bench-${values.browser}`,
  optimizeDeps: { entries: ['bench/headless.html'] },
  logLevel: 'warn',
})
await server.listen()
const browser = await launch(values.browser)
browser.on('disconnected', () => {
  // A page that waits for a browser that has gone would wait for ever.
  if (!closing) {
    console.error('the browser ended')
    process.exit(1)
  }
})
let closing = false
try {
  const page = await browser.newPage()
  page.on('console', (message) => {
    if (message.type() === 'error') console.error(message.text())
  })
  page.on('pageerror', (error) => console.error(error))
  await page.exposeFunction('reportProgress', (done: number, of: number, doing: string) => {
    if (doing) process.stderr.write(`[${done + 1}/${of}] ${doing}\n`)
  })
  await page.exposeFunction('reportResult', (result: CaseResult) => console.log(tableOf(result)))
  await page.goto(new URL('bench/headless.html', server.resolvedUrls?.local[0]).href)
  await page.waitForFunction('globalThis.bench')
  const selection = { operations: list(values.cases), shapes: list(values.shapes), logits: list(values.logits) }
  const options = { contenders: list(values.contenders), rounds: Number(values.rounds) }
  const report = (await page.evaluate(
    `bench.run({ cases: bench.select(${JSON.stringify(selection)}), ...${JSON.stringify(options)},
      onProgress: reportProgress, onResult: reportResult })`,
  )) as Report
  for (const [name, why] of Object.entries(report.failures)) console.error(`${name}: ${why}`)
  const { vendor, architecture, device, description } = report.adapter
  console.log([vendor, architecture, device, description].filter(Boolean).join(', '))
  if (values.json) writeFileSync(values.json, JSON.stringify(report, null, 1))
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  closing = true
  await browser.close()
  await server.close()
}

async function launch(name: string) {
  if (name === 'firefox')
    return puppeteer.launch({
      browser: 'firefox',
      executablePath: process.env.FIREFOX || '/usr/bin/firefox-esr',
      extraPrefsFirefox: { 'dom.webgpu.enabled': true, 'gfx.webgpu.ignore-blocklist': true },
      protocolTimeout: 0,
    })
  return puppeteer.launch({
    executablePath: await findChromium(),
    // Developer features leave timestamps unrounded.
    args: [...chromiumFlags(), '--enable-webgpu-developer-features'],
    protocolTimeout: 0,
  })
}

function tableOf(result: CaseResult): string {
  const { operation, batchSize, numClasses, logits, timings, failures } = result
  const elements = batchSize * numClasses
  const ours = timings.find(({ contender }) => contender === 'gumbel-webgpu')
  const lines = [`\n${operation} [${batchSize}, ${numClasses}] ${logits}`]
  lines.push(['', 'ms', '±', 'GPU ms', 'ns/elem', 'theirs/ours'].map((cell, i) => pad(cell, i)).join(''))
  for (const { contender, wall, gpu } of timings) {
    const best = ours?.gpu && gpu ? [gpu, ours.gpu] : [wall, ours?.wall]
    const [theirs, mine] = best
    lines.push(
      [
        contender,
        median(wall).toPrecision(3),
        `${Math.round(100 * spread(wall))}%`,
        gpu ? median(gpu).toPrecision(3) : '',
        ((median(gpu ?? wall) * 1e6) / elements).toPrecision(3),
        mine && theirs ? medianRatio(theirs, mine).toFixed(2) : '',
      ]
        .map((cell, i) => pad(cell, i))
        .join(''),
    )
  }
  for (const [name, why] of Object.entries(failures)) lines.push(`${name}: ${why}`)
  return lines.join('\n')
}

function pad(cell: string, column: number): string {
  return column === 0 ? cell.padEnd(16) : cell.padStart(12)
}
