/** What a user chooses, on the page, in its URL and on the command line. */
export const ESTIMATORS = ['gumbel-softmax', 'straight-through', 'reinforce', 'rebar'] as const
export type Estimator = (typeof ESTIMATORS)[number]

export interface Settings {
  steps: number
  estimator: Estimator
  seed: number
}

export type SettingName = keyof Settings
export type SettingsText = Record<SettingName, string>

export const DEFAULTS: SettingsText = { steps: '300', estimator: 'gumbel-softmax', seed: '1' }
export const SETTING_NAMES = Object.keys(DEFAULTS) as SettingName[]

const MAX_STEPS = 1_000_000
const MAX_SEED = 2 ** 32 - 1

/** What each setting may be, in the words of its error. */
export const ALLOWED: Record<SettingName, string> = {
  steps: `a whole number from 1 to ${MAX_STEPS}`,
  estimator: `${ESTIMATORS.slice(0, -1).join(', ')} or ${ESTIMATORS.at(-1)}`,
  seed: `a whole number from 0 to ${MAX_SEED}`,
}

export class SettingError extends RangeError {
  override name = 'SettingError'
  readonly setting: SettingName

  constructor(setting: SettingName, value: string) {
    super(`${setting} is '${value}'; it must be ${ALLOWED[setting]}`)
    this.setting = setting
  }
}

/** @throws SettingError for the first bad one */
export function parseSettings(text: SettingsText): Settings {
  const estimator = ESTIMATORS.find((each) => each === text.estimator.trim())
  if (!estimator) throw new SettingError('estimator', text.estimator)
  return { steps: whole('steps', text, 1, MAX_STEPS), estimator, seed: whole('seed', text, 0, MAX_SEED) }
}

function whole(name: 'steps' | 'seed', text: SettingsText, min: number, max: number): number {
  const digits = text[name].trim()
  const value = /^\d{1,10}$/.test(digits) ? Number(digits) : -1
  if (value < min || value > max) throw new SettingError(name, text[name])
  return value
}
