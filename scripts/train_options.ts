import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import type { HeadlessSettings } from '../demo/train/headless'
import { ALLOWED, DEFAULTS, SETTING_NAMES, SettingError, parseSettings } from '../demo/train/settings'

const NAMES = [...SETTING_NAMES, 'backend', 'out'] as const
const ALL_DEFAULTS = { ...DEFAULTS, backend: 'webgpu', out: 'digits.png' }
const ALL_ALLOWED = { ...ALLOWED, backend: 'webgpu or cpu', out: 'the path of a PNG in a folder that exists' }
export const USAGE = `Trains the autoencoder of demo/train in headless Chromium, and writes a PNG of held-out digits, their reconstructions, and digits of random latents.

Usage: npm run train -- [options]

${NAMES.map((name) => `  --${name.padEnd(9)}  ${ALL_ALLOWED[name]} (default: ${ALL_DEFAULTS[name]})`).join('\n')}
  --help       print this

Where there is no graphics card, '--backend cpu' is several times as fast as WebGPU in software.

Exit codes: 0 when trained, 1 when something failed, 2 for a bad option.
`
const OPTIONS_ARE = `options are ${NAMES.map((name) => `--${name}`).join(', ')} and --help`

/** A mistake on the command line. */
export class UsageError extends Error {}

export interface Options extends HeadlessSettings {
  out: string
}

/** @throws UsageError; undefined where help is asked for */
export function readOptions(args: string[]): Options | undefined {
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
