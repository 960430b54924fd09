/** Runs the benchmark headless and prints it: `npm run bench -- --help`. */
import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { format, resolveConfig } from 'prettier'
import puppeteer, { type Browser } from 'puppeteer-core'
import { type ViteDevServer, createServer } from 'vite'
import { LOGITS_NAMES, OPERATION_NAMES, SHAPE_NAMES, select } from '../bench/cases'
import { CONTENDER_NAMES } from '../bench/contender'
import { type Figures, adapterOf, figuresOf, verdictOf } from '../bench/figures'
import { digits, markdownOf } from '../bench/markdown'
import type { CaseResult, Progress, Report } from '../bench/run'
import { chromiumFlags, findChromium } from './chromium'
import { FIREFOX_PREFERENCES, findFirefox } from './firefox'

const BROWSERS = ['chromium', 'firefox']
const DOCUMENT = 'docs/benchmarks.md'
const HELP = `npm run bench -- [options]
  --cases LIST        ${OPERATION_NAMES.join(', ')}
  --shapes LIST       ${SHAPE_NAMES.slice(0, 3).join(', ')}, …; any batchSize x numClasses
  --logits LIST       ${LOGITS_NAMES.join(', ')}
  --contenders LIST   ${CONTENDER_NAMES.join(' | ')}
  --rounds N          rounds of each case (default 7)
  --checks            also check the draws by chi-squared, and measure the overhead of a call
  --browser LIST      ${BROWSERS.join(', ')} (default chromium)
  --json FILE         write the reports, which bench/index.html imports
  --write             write ${DOCUMENT}
Lists are separated by commas; contenders, whose names have commas, by |. What is left out means all.`

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '' },
    shapes: { type: 'string', default: '' },
    logits: { type: 'string', default: '' },
    contenders: { type: 'string', default: '' },
    rounds: { type: 'string', default: '7' },
    checks: { type: 'boolean', default: false },
    browser: { type: 'string', default: 'chromium' },
    json: { type: 'string' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean' },
  },
})
if (values.help) {
  console.log(HELP)
  process.exit()
}

const operations = listOf('cases', values.cases, OPERATION_NAMES)
const logits = listOf('logits', values.logits, LOGITS_NAMES)
const contenders = listOf('contenders', values.contenders, CONTENDER_NAMES, '|')
const browsers = listOf('browser', values.browser, BROWSERS)
const shapes = values.shapes.split(',').filter(Boolean)
const malformed = shapes.find((shape) => !/^[1-9]\d*x[1-9]\d*$/.test(shape))
if (malformed) refuse(`--shapes has '${malformed}'; a shape is batchSize x numClasses, such as 64x32768`)
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1) refuse(`--rounds is '${values.rounds}'; it must be a whole number from 1`)
const cases = select({ operations, shapes, logits })

// Before the runs, as others may commit while they last.
const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim()
const reports: Report[] = []
for (const browser of browsers) reports.push(await runIn(browser))
if (values.write) writeFileSync(DOCUMENT, await document())
process.exit()

function refuse(why: string): never {
  console.error(why)
  process.exit(2)
}

function listOf(name: string, value: string, known: readonly string[], separator = ','): string[] {
  // A single separator is easier to type, where no name has it.
  const all = known.some((each) => each.includes(',')) && !value.includes(separator) && !known.includes(value)
  const list = value.split(all ? ',' : separator).map((each) => each.trim())
  const named = list.filter(Boolean)
  const unknown = named.find((each) => !known.includes(each))
  if (unknown) refuse(`--${name} has '${unknown}'; it may have ${known.join(` ${separator} `)}`)
  return named
}

async function runIn(name: string): Promise<Report> {
  const server = await createServer({
    configFile: 'vite.config.ts',
    // An edit must not reload the page while it measures.
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
    // Of its own, so that a dependency found by another server does not either.
    cacheDir: `node_modules/.vite-bench-${name}`,
    optimizeDeps: { entries: ['bench/headless.html'] },
    logLevel: 'warn',
  })
  await server.listen()
  const browser = await launch(name)
  let closing = false
  browser.on('disconnected', () => {
    // A page that waits for a browser that has gone would wait for ever.
    if (!closing) refuse(`${name} ended`)
  })
  try {
    return await runOn(browser, server)
  } catch (error) {
    console.error(error)
    process.exit(1)
  } finally {
    closing = true
    await browser.close()
    await server.close()
  }
}

async function launch(name: string): Promise<Browser> {
  if (name === 'firefox')
    return puppeteer.launch({
      browser: 'firefox',
      executablePath: findFirefox(),
      extraPrefsFirefox: FIREFOX_PREFERENCES,
      protocolTimeout: 0,
    })
  return puppeteer.launch({
    executablePath: findChromium(),
    // Developer features leave timestamps unrounded.
    args: [...chromiumFlags(), '--enable-webgpu-developer-features'],
    protocolTimeout: 0,
  })
}

async function runOn(browser: Browser, server: ViteDevServer): Promise<Report> {
  const page = await browser.newPage()
  page.on('console', (message) => {
    if (message.type() === 'error') console.error(message.text())
  })
  page.on('pageerror', (error) => console.error(error))
  await page.exposeFunction('reportProgress', ({ done, of, doing }: Progress) => {
    if (doing) process.stderr.write(`[${Math.round((100 * done) / of)}%] ${doing}\n`)
  })
  await page.exposeFunction('reportResult', (report: Report) => {
    // After every case, so that a long run that is broken off leaves what it has.
    if (values.json) writeFileSync(values.json, JSON.stringify([...reports, report], null, 1))
    const result = report.results.at(-1)
    if (result) console.log(tableOf(result))
    else printChecks(report)
  })
  await page.goto(new URL('bench/headless.html', server.resolvedUrls?.local[0]).href)
  await page.waitForFunction('globalThis.bench')
  const options = JSON.stringify({ cases, contenders, rounds, checks: values.checks })
  const report = (await page.evaluate(
    `bench.run({ ...${options}, onProgress: reportProgress, onResult: reportResult })`,
  )) as Report
  for (const [name, why] of Object.entries(report.failures)) console.error(`${name}: ${why}`)
  console.log(`\n${adapterOf(report)}\n`)
  return report
}

function printChecks(report: Report): void {
  for (const name of Object.keys(report.checks)) {
    const verdict = verdictOf(report, name)
    console.log(`${verdict?.right ? 'right' : 'WRONG'} ${name}: ${verdict?.why}`)
  }
  console.log('\noverhead of a call, [1, 64], ms')
  for (const { contender, queued, roundTrip, phases } of report.overheads) {
    const parts = phases
      ? ` (encode ${digits(phases.encode)}, submit ${digits(phases.submit)}, map ${digits(phases.map)})`
      : ''
    const trip = roundTrip === undefined ? '' : `, read back ${digits(roundTrip)}`
    console.log(`${contender.padEnd(26)} queued ${digits(queued)}${trip}${parts}`)
  }
  for (const { logits: place, emptyPass, dispatch, errorScopes, recorded, own } of report.hostOverheads) {
    const [a, b, c, d] = [dispatch, errorScopes, recorded, own].map((ms) => ms.toFixed(2))
    const beyond = `a dispatch + ${a}, and error scopes + ${b}, encodeSample() + ${c}, sample() + ${d}`
    console.log(`logits in ${place}: empty pass ${digits(emptyPass)}, ${beyond}`)
  }
}

function tableOf(result: CaseResult): string {
  const { operation, batchSize, numClasses, logits, failures } = result
  const percent = (value?: number) => (value === undefined ? '' : `${Math.round(100 * value)}%`)
  const columns: [string, (figures: Figures) => string][] = [
    ['ms', ({ ms }) => ms.toPrecision(3)],
    ['±', ({ spread }) => percent(spread)],
    ['clock', ({ clock }) => clock],
    ['ns/elem', ({ nsPerElement }) => digits(nsPerElement)],
    ['GB/s', ({ gbPerSecond }) => digits(gbPerSecond)],
    ['of copy', ({ ofCopy }) => percent(ofCopy)],
    ['x floor', ({ toFloor }) => digits(toFloor)],
    ['theirs/ours', ({ toOwn }) => toOwn?.toFixed(2) ?? ''],
  ]
  const line = (name: string, cells: string[]) => name.padEnd(25) + cells.map((each) => each.padStart(12)).join('')
  return [
    `\n${operation} [${batchSize}, ${numClasses}] ${logits}`,
    line(
      '',
      columns.map(([name]) => name),
    ),
    ...figuresOf(result).map((figures) =>
      line(
        figures.contender,
        columns.map(([, cell]) => cell(figures)),
      ),
    ),
    ...Object.entries(failures).map(([name, why]) => `${name}: ${why.trim()}`),
  ].join('\n')
}

/** docs/benchmarks.md: its first part stays, what stands below the mark is written anew. */
async function document(): Promise<string> {
  const MARK = '<!-- written by npm run bench -- --write -->'
  const [head] = readFileSync(DOCUMENT, 'utf8').split(MARK)
  const how = `Commit ${commit}, ${rounds} rounds, ${cpus().length} CPU threads.`
  const text = `${head}${MARK}\n\n${how}\n\n${markdownOf(reports)}`
  return format(text, { ...(await resolveConfig(DOCUMENT)), parser: 'markdown' })
}
