import { writeFileSync } from 'node:fs'
import { SingleBar } from 'cli-progress'
import { chromium } from 'playwright'
import type { HeadlessReport, HeadlessSettings } from '../demo/train/headless'
import type { StepReport } from '../demo/train/training'
import { findChromium, quickChromiumFlags } from './chromium'
import { BLANK, servePages } from './serve_pages'
import { USAGE, UsageError, readOptions } from './train_options'

/** How often the loss is printed. */
const LINES = 20

/** Runs `train` of the demo in a browser. */
async function trainInBrowser(settings: HeadlessSettings): Promise<HeadlessReport> {
  const bar = new SingleBar({ format: '{bar} {value} of {total} steps, {eta_formatted} left', clearOnComplete: true })
  const browser = await chromium.launch({ executablePath: findChromium(), args: quickChromiumFlags() })
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
    await page.goto(url + BLANK)
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
