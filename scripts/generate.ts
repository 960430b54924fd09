import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright'
import type { Report } from '../demo/checked'
import { ALLOWED, DEFAULTS, parseSettings, SETTING_NAMES, SettingError, type SettingsText } from '../demo/settings'
import { Tokenizer, UnknownWordError } from '../demo/tokenizer'
import { chromiumFlags, findChromium } from './chromium'
import { servePages } from './serve_pages'

const USAGE = `Writes verses in headless Chromium, and draws each token again on the CPU backend.

Usage: npm run generate -- [options]

${SETTING_NAMES.map((name) => `  --${name.padEnd(11)}  ${ALLOWED[name]} (default: ${DEFAULTS[name]})`).join('\n')}
  --help         print this

Exit codes: 0 when every token is equal to the CPU backend's, 1 when not or when something failed, 2 for a bad option.
`

const OPTIONS_ARE = `options are ${SETTING_NAMES.map((name) => `--${name}`).join(', ')} and --help`

/** A mistake on the command line. */
class UsageError extends Error {}

/** @throws UsageError; undefined where help is asked for */
function readOptions(args: string[]): SettingsText | undefined {
  const options = {
    help: { type: 'boolean' as const, short: 'h' },
    ...Object.fromEntries(SETTING_NAMES.map((name) => [name, { type: 'string' as const }])),
  }
  // Not strict, as the errors of `parseArgs` do not say what an option may be.
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true })
  const text = { ...DEFAULTS }
  for (const token of tokens) {
    if (token.kind !== 'option') throw new UsageError(`'${args[token.index]}' is not an option; ${OPTIONS_ARE}`)
    if (token.name === 'help') return undefined
    const name = SETTING_NAMES.find((setting) => setting === token.name)
    if (!name) throw new UsageError(`${token.rawName} is not an option; ${OPTIONS_ARE}`)
    if (token.value === undefined) throw new UsageError(`--${name} has no value; it must be ${ALLOWED[name]}`)
    text[name] = token.value
  }
  checkSettings(text)
  return text
}

/** @throws UsageError */
function checkSettings(text: SettingsText): void {
  const words = readFileSync(resolve(import.meta.dirname, '../demo/public/kjv/tokens.json'), 'utf8')
  try {
    new Tokenizer(JSON.parse(words)).encode(parseSettings(text).prompt)
  } catch (error) {
    if (error instanceof SettingError || error instanceof UnknownWordError) throw new UsageError(`--${error.message}`)
    throw error
  }
}

/** Runs `generateChecked` of the demo in a browser. */
async function generateInBrowser(text: SettingsText): Promise<Report> {
  const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags() })
  const { server, url } = await servePages()
  try {
    const page = await browser.newPage()
    await page.goto(url)
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
