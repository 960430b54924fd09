import { DEFAULTS, parseSettings, SETTING_NAMES, type SettingName, type Settings } from './settings'

/** The form of settings, whose state is kept in the page's URL. */
export class SettingsForm {
  readonly #form: HTMLFormElement

  /** Fills the form from the URL, and from the defaults where that says nothing. */
  constructor(form: HTMLFormElement) {
    this.#form = form
    const query = new URLSearchParams(location.search)
    for (const name of SETTING_NAMES) this.#input(name).value = query.get(name) ?? DEFAULTS[name]
  }

  /** @throws SettingError */
  read(): Settings {
    return parseSettings(this.#text())
  }

  set(name: SettingName, value: string): void {
    this.#input(name).value = value
  }

  keepInUrl(): void {
    history.replaceState(null, '', `?${new URLSearchParams(this.#text())}`)
  }

  /** Says what is wrong beside the setting, and goes there. */
  showError(name: SettingName, message: string): void {
    this.#mark(name, message)
    this.#input(name).focus()
  }

  clearErrors(): void {
    for (const name of SETTING_NAMES) this.#mark(name, '')
  }

  #text(): Record<SettingName, string> {
    return Object.fromEntries(SETTING_NAMES.map((name) => [name, this.#input(name).value])) as Record<
      SettingName,
      string
    >
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
