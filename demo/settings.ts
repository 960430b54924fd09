/** What a user chooses, on the page, in its URL and on the command line. */
export interface Settings {
  prompt: string
  sequences: number
  tokens: number
  temperature: number
  seed: bigint
  topK: number
  topP: number
  minP: number
  repetitionPenalty: number
}

/** Settings by the names that they have in the URL and on the command line, as they were typed. */
export const DEFAULTS = {
  prompt: 'And the LORD said',
  sequences: '16',
  tokens: '40',
  temperature: '0.8',
  seed: '42',
  'top-k': '40',
  'top-p': '0.95',
  'min-p': '0.05',
  'repetition-penalty': '1.1',
}

export type SettingName = keyof typeof DEFAULTS
export type SettingsText = Record<SettingName, string>

export const SETTING_NAMES = Object.keys(DEFAULTS) as SettingName[]

/** What each setting may be, in the words of its error. */
export const ALLOWED: SettingsText = {
  prompt: 'words of the King James Bible, or empty',
  sequences: 'a whole number from 1 to 64',
  tokens: 'a whole number from 1 to 200',
  temperature: '0 (always the likeliest word), or a number from 0.01 to 100',
  seed: 'a whole number from 0 to 18446744073709551615',
  'top-k': '0 (all words), or a whole number up to 2147483647',
  'top-p': 'a number from 0 to 1 (all words)',
  'min-p': 'a number from 0 (all words) to 1',
  'repetition-penalty': 'a number from 0.01 to 100; 1 is none',
}

export class SettingError extends RangeError {
  override name = 'SettingError'
  readonly setting: SettingName

  constructor(setting: SettingName, value: string, allowed = ALLOWED[setting]) {
    super(`${setting} is '${value}'; it must be ${allowed}`)
    this.setting = setting
  }
}

/** @throws SettingError for the first bad one */
export function parseSettings(text: SettingsText): Settings {
  return {
    prompt: text.prompt.trim(),
    sequences: Number(whole('sequences', text, 1n, 64n)),
    tokens: Number(whole('tokens', text, 1n, 200n)),
    temperature: temperature(text),
    seed: whole('seed', text, 0n, 2n ** 64n - 1n),
    topK: Number(whole('top-k', text, 0n, 2n ** 31n - 1n)),
    topP: decimal('top-p', text, 0, 1),
    minP: decimal('min-p', text, 0, 1),
    repetitionPenalty: decimal('repetition-penalty', text, 0.01, 100),
  }
}

function whole(name: SettingName, text: SettingsText, min: bigint, max: bigint): bigint {
  const digits = text[name].trim()
  const value = /^\d{1,20}$/.test(digits) ? BigInt(digits) : -1n
  if (value < min || value > max) throw new SettingError(name, text[name])
  return value
}

function decimal(name: SettingName, text: SettingsText, min: number, max: number): number {
  const digits = text[name].trim()
  const value = /^(\d+\.?\d*|\.\d+)$/.test(digits) ? Number(digits) : NaN
  if (!(value >= min && value <= max)) throw new SettingError(name, text[name])
  return value
}

function temperature(text: SettingsText): number {
  const value = decimal('temperature', text, 0, 100)
  if (value > 0 && value < 0.01) throw new SettingError('temperature', text.temperature)
  return value
}
