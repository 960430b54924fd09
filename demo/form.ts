import { DEFAULTS, parseSettings, SETTING_NAMES, type SettingName, type Settings, type SettingsText } from './settings'

/** The form of settings, whose state is kept in the page's URL. */
export class SettingsForm {
  readonly #form: HTMLFormElement
  readonly #fixed: Partial<SettingsText>
  readonly #names: SettingName[]

  /**
   * Fills the form from the URL, and from the defaults where that says nothing.
   * @param fixed settings without a field
   */
  constructor(form: HTMLFormElement, fixed: Partial<SettingsText> = {}) {
    this.#form = form
    this.#fixed = fixed
    this.#names = SETTING_NAMES.filter((name) => fixed[name] === undefined)
    const query = new URLSearchParams(location.search)
    for (const name of this.#names) this.#input(name).value = query.get(name) ?? DEFAULTS[name]
    for (const select of form.querySelectorAll('select')) {
      const choice = query.get(select.name)
      if ([...select.options].some(({ value }) => value === choice)) select.value = choice!
    }
  }

  /** @throws SettingError */
  read(): Settings {
    return parseSettings(this.#text())
  }

  /** What is chosen in a select of the form. */
  choice(name: string): string {
    return (this.#form.elements.namedItem(name) as HTMLSelectElement).value
  }

  set(name: SettingName, value: string): void {
    this.#input(name).value = value
  }

  keepInUrl(): void {
    const entries = [...new FormData(this.#form)].map(([name, value]) => [name, String(value)])
    history.replaceState(null, '', `?${new URLSearchParams(entries)}`)
  }

  /** Says what is wrong beside the setting, and goes there. */
  showError(name: SettingName, message: string): void {
    this.#mark(name, message)
    this.#input(name).focus()
  }

  clearErrors(): void {
    for (const name of this.#names) this.#mark(name, '')
  }

  #text(): SettingsText {
    const typed = this.#names.map((name) => [name, this.#input(name).value])
    return { ...DEFAULTS, ...this.#fixed, ...Object.fromEntries(typed) }
  }

  #mark(name: SettingName, message: string): void {
    const input = this.#input(name)
    input.ariaInvalid = String(message !== '')
    element(`${input.id}-error`).textContent = message
  }

  #input(name: SettingName): HTMLInputElement {
    return this.#form.elements.namedItem(name) as HTMLInputElement
  }
}

export function element<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T
}
