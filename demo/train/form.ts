import { html } from '../dom'
import {
  DEFAULTS,
  ESTIMATORS,
  type Estimator,
  SETTING_NAMES,
  type SettingName,
  type Settings,
  type SettingsText,
  parseSettings,
} from './settings'

/** The form of settings, whose state is kept in the page's URL. */
export class Form {
  readonly #form: HTMLFormElement

  /** Fills the form from the URL, and from the defaults where that says nothing. */
  constructor(form: HTMLFormElement) {
    this.#form = form
    const query = new URLSearchParams(location.search)
    this.#control('estimator').append(...ESTIMATORS.map((name) => html('option', {}, name)))
    for (const name of SETTING_NAMES) this.set(name, query.get(name) ?? DEFAULTS[name])
    // No choice is left where the URL names an estimator that there is not.
    if (!this.#control('estimator').value) this.set('estimator', DEFAULTS.estimator)
  }

  get estimator(): Estimator {
    return this.#control('estimator').value as Estimator
  }

  /** Whether these are the estimator and the seed that the form says. */
  names({ estimator, seed }: Pick<Settings, 'estimator' | 'seed'>): boolean {
    const text = this.#text()
    return text.estimator === estimator && text.seed.trim() === String(seed)
  }

  /** @throws SettingError */
  read(): Settings {
    return parseSettings(this.#text())
  }

  set(name: SettingName, value: string): void {
    this.#control(name).value = value
  }

  set disabled(disabled: boolean) {
    for (const name of SETTING_NAMES) this.#control(name).disabled = disabled
  }

  keepInUrl(): void {
    history.replaceState(null, '', `?${new URLSearchParams(this.#text())}`)
  }

  /** Says what is wrong beside the setting, and goes there. */
  showError(name: SettingName, message: string): void {
    this.#mark(name, message)
    this.#control(name).disabled = false
    this.#control(name).focus()
  }

  clearErrors(): void {
    for (const name of SETTING_NAMES) this.#mark(name, '')
  }

  #text(): SettingsText {
    return Object.fromEntries(SETTING_NAMES.map((name) => [name, this.#control(name).value])) as SettingsText
  }

  #mark(name: SettingName, message: string): void {
    const control = this.#control(name)
    control.ariaInvalid = String(message !== '')
    this.#form.querySelector(`#${name}-error`)!.textContent = message
  }

  #control(name: SettingName): HTMLInputElement | HTMLSelectElement {
    return this.#form.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement
  }
}
