import { chromium } from 'playwright'
import type { Report } from '../demo/checked'
import type { SettingsText } from '../demo/settings'
import { findChromium, quickChromiumFlags } from './chromium'
import { USAGE, UsageError, readOptions } from './generate_options'
import { BLANK, servePages } from './serve_pages'

/** Runs `generateChecked` of the demo in a browser. */
async function generateInBrowser(text: SettingsText): Promise<Report> {
  const browser = await chromium.launch({ executablePath: findChromium(), args: quickChromiumFlags() })
  const { server, url } = await servePages()
  try {
    const page = await browser.newPage()
    await page.goto(url + BLANK)
    return await page.evaluate<Report>(
      `import('/demo/checked.ts').then(({ generateChecked }) => generateChecked(${JSON.stringify(text)}))`,
    )
  } finally {
    await browser.close()
    await server.close()
  }
}

function print({ verses, backend, modelMs, samplerMs, equal, drawn }: Report): void {
  const width = String(verses.length).length
  for (const [index, verse] of verses.entries()) console.log(`${String(index + 1).padStart(width)}  ${verse}`)
  console.log()
  console.log(backend)
  console.log(`time a step: model ${modelMs.toFixed(1)} ms, sampler ${samplerMs.toFixed(1)} ms (medians)`)
  console.log(`tokens equal to the CPU backend: ${equal} of ${drawn}`)
}

try {
  const text = readOptions(process.argv.slice(2))
  if (text) {
    console.error('Writing verses …')
    const report = await generateInBrowser(text)
    print(report)
    if (report.equal !== report.drawn) process.exitCode = 1
  } else console.log(USAGE.trimEnd())
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1
  console.error(error instanceof Error ? error.message : String(error))
}
