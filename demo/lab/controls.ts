import { byId } from '../dom'
import { type LabState, type SettingName, SETTINGS } from './state'

/** Settings that have a text field. */
const FIELDS = ['tau', 'samples', 'seed', 'draw'] as const
/** Those of them that have a slider beside it, whose scale is logarithmic. */
const SLIDERS = ['tau', 'samples'] as const

/** The fields of the form; a change that can be read is handed on at once, another is said to be wrong. */
export class Controls {
  readonly #change: (change: Partial<LabState>) => void
  #shown: LabState | undefined

  constructor(change: (change: Partial<LabState>) => void) {
    this.#change = change
    for (const name of FIELDS) input(name).addEventListener('input', () => this.#read(name))
    for (const name of SLIDERS) slider(name).addEventListener('input', () => this.#slide(name))
    byId('settings').addEventListener('submit', (event) => event.preventDefault())
  }

  /** Shows what is new in the state; a field that says it already is left as it is, for the user may be typing. */
  show(state: LabState): void {
    for (const name of FIELDS) {
      if (state[name] === this.#shown?.[name]) continue
      if (SETTINGS[name].parse(input(name).value.trim()) !== state[name]) input(name).value = String(state[name])
      this.#say(name, '')
    }
    for (const name of SLIDERS) {
      const at = slider(name)
      if (fromSlider(name, at.value) !== state[name]) at.value = String(Math.log10(state[name] || 0.01))
      at.ariaValueText = String(state[name])
    }
    this.#shown = state
  }

  /** Says what is wrong with a setting, in its field where it has one. */
  refuse(name: SettingName, text: string): void {
    const { key, allowed } = SETTINGS[name]
    const message = `${key} is '${text}'; it must be ${allowed}`
    const field = FIELDS.find((other) => other === name)
    if (!field) return void (byId('failure').textContent = message)
    input(field).value = text
    this.#say(field, message)
  }

  #read(name: (typeof FIELDS)[number]): void {
    const text = input(name).value
    const value = SETTINGS[name].parse(text.trim())
    if (value === undefined) return this.refuse(name, text)
    this.#say(name, '')
    this.#change({ [name]: value })
  }

  #slide(name: (typeof SLIDERS)[number]): void {
    this.#change({ [name]: fromSlider(name, slider(name).value) })
  }

  #say(name: string, message: string): void {
    input(name).ariaInvalid = String(message !== '')
    byId(`${name}-error`).textContent = message
  }
}

function fromSlider(name: (typeof SLIDERS)[number], text: string): number {
  const value = 10 ** Number(text)
  return Number(value.toPrecision(name === 'tau' ? 2 : 1))
}

function input(name: string): HTMLInputElement {
  return byId<HTMLInputElement>(name)
}

function slider(name: string): HTMLInputElement {
  return byId<HTMLInputElement>(`${name}-slider`)
}
