import { existsSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { SingleBar } from 'cli-progress'
import { chromium } from 'playwright'
import type { HeadlessReport, HeadlessSettings } from '../demo/train/headless'
import { ALLOWED, DEFAULTS, SETTING_NAMES, SettingError, parseSettings } from '../demo/train/settings'
import type { StepReport } from '../demo/train/training'
import { chromiumFlags, findChromium } from './chromium'
import { servePages } from './serve_pages'

const NAMES = [...SETTING_NAMES, 'backend', 'out'] as const
const ALL_DEFAULTS = { ...DEFAULTS, backend: 'webgpu', out: 'digits.png' }
const ALL_ALLOWED = { ...ALLOWED, backend: 'webgpu or cpu', out: 'the path of a PNG in a folder that exists' }
const USAGE = `Trains the autoencoder of demo/train in headless Chromium, and writes a PNG of held-out digits, their reconstructions, and digits of random latents.

Usage: npm run train -- [options]

${NAMES.map((name) => `  --${name.padEnd(9)}  ${ALL_ALLOWED[name]} (default: ${ALL_DEFAULTS[name]})`).join('\n')}
  --help       print this

Where there is no graphics card, '--backend cpu' is several times as fast as WebGPU in software.

Exit codes: 0 when trained, 1 when something failed, 2 for a bad option.
`
const OPTIONS_ARE = `options are ${NAMES.map((name) => `--${name}`).join(', ')} and --help`
/** How often the loss is printed. */
const LINES = 20

/** A mistake on the command line. */
class UsageError extends Error {}

interface Options extends HeadlessSettings {
  out: string
}

/** @throws UsageError; undefined where help is asked for */
function readOptions(args: string[]): Options | undefined {
  const options = {
    help: { type: 'boolean' as const, short: 'h' },
    ...Object.fromEntries(NAMES.map((name) => [name, { type: 'string' as const }])),
  }
  // Not strict, as the errors of `parseArgs` do not say what an option may be.
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true })
  const text = { ...ALL_DEFAULTS }
  for (const token of tokens) {
    if (token.kind !== 'option') throw new UsageError(`'${args[token.index]}' is not an option; ${OPTIONS_ARE}`)
    if (token.name === 'help') return undefined
    const name = NAMES.find((each) => each === token.name)
    if (!name) throw new UsageError(`${token.rawName} is not an option; ${OPTIONS_ARE}`)
    if (!token.value) throw new UsageError(`--${name} has no value; it must be ${ALL_ALLOWED[name]}`)
    text[name] = token.value
  }
  const { backend, out } = text
  if (backend !== 'webgpu' && backend !== 'cpu')
    throw new UsageError(`--backend is '${backend}'; it must be ${ALL_ALLOWED.backend}`)
  if (!existsSync(dirname(out))) throw new UsageError(`--out is '${out}'; it must be ${ALL_ALLOWED.out}`)
  try {
    return { ...parseSettings(text), backend, out }
  } catch (error) {
    if (error instanceof SettingError) throw new UsageError(`--${error.message}`)
    throw error
  }
}

/** Runs `train` of the demo in a browser. */
async function trainInBrowser(settings: HeadlessSettings): Promise<HeadlessReport> {
  const bar = new SingleBar({ format: '{bar} {value} of {total} steps, {eta_formatted} left', clearOnComplete: true })
  const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags() })
  const { server, url } = await servePages()
  try {
    const page = await browser.newPage()
    const every = Math.ceil(settings.steps / LINES)
    await page.exposeFunction('onStep', ({ step, tau, reconstruction, divergence }: StepReport) => {
      const steps = step + 1
      bar.update(steps)
      if (steps !== 1 && steps % every !== 0 && steps !== settings.steps) return
      const nats = [reconstruction + divergence, reconstruction, divergence].map((each) => each.toFixed(2))
      const relaxed = tau === undefined ? '' : `, tau ${tau.toFixed(3)}`
      const line = `step ${steps}: loss ${nats[0]} nats (reconstruction ${nats[1]}, divergence ${nats[2]})${relaxed}`
      // The line takes the bar's place, and the bar comes again below it.
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
      console.log(line)
      if (process.stderr.isTTY) bar.render()
    })
    bar.start(settings.steps, 0)
    await page.goto(url)
    return await page.evaluate<HeadlessReport>(
      `import('/demo/train/headless.ts').then(({ train }) => train(${JSON.stringify(settings)}, window.onStep))`,
    )
  } finally {
    bar.stop()
    await browser.close()
    await server.close()
  }
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options) {
    const { out, ...settings } = options
    const { backend, nats, meanDigit, digest, png } = await trainInBrowser(settings)
    writeFileSync(out, Buffer.from(png.slice(png.indexOf(',') + 1), 'base64'))
    console.log(`${backend}; ${out} has originals, reconstructions and samples`)
    console.log(`held-out negative ELBO: ${nats.toFixed(2)} nats (mean digit: ${meanDigit.toFixed(2)})`)
    console.log(`indices digest: ${digest}`)
  } else console.log(USAGE.trimEnd())
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1
  console.error(error instanceof Error ? error.message : String(error))
}
