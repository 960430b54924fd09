import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ALLOWED, DEFAULTS, SETTING_NAMES, SettingError, type SettingsText, parseSettings } from '../demo/settings'
import { Tokenizer, UnknownWordError } from '../demo/tokenizer'

const NAME_WIDTH = Math.max(...SETTING_NAMES.map(({ length }) => length))

export const USAGE = `Writes verses in headless Chromium, and draws each token again on the CPU backend.

Usage: npm run generate -- [options]

${SETTING_NAMES.map((name) => `  --${name.padEnd(NAME_WIDTH)}  ${ALLOWED[name]} (default: ${DEFAULTS[name]})`).join('\n')}
  --${'help'.padEnd(NAME_WIDTH)}  print this

Exit codes: 0 when every token is equal to the CPU backend's, 1 when not or when something failed, 2 for a bad option.
`

const OPTIONS_ARE = `options are ${SETTING_NAMES.map((name) => `--${name}`).join(', ')} and --help`

/** A mistake on the command line. */
export class UsageError extends Error {}

/** @throws UsageError; undefined where help is asked for */
export function readOptions(args: string[]): SettingsText | undefined {
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
