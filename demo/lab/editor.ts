import { html, picture, shape } from '../dom'
import { fixed } from '../numbers'
import { className } from './probabilities'

const STEP = 0.01
const PAGE = 0.1

/** Where keys take a probability. */
const KEYS: Record<string, (probability: number) => number> = {
  ArrowUp: (p) => p + STEP,
  ArrowRight: (p) => p + STEP,
  ArrowDown: (p) => p - STEP,
  ArrowLeft: (p) => p - STEP,
  PageUp: (p) => p + PAGE,
  PageDown: (p) => p - PAGE,
  Home: () => 0,
  End: () => 1,
}

/** Asks for a probability of a class; `from` are those it changes. */
type Change = (from: readonly number[], index: number, probability: number) => void

/** The bars of the class probabilities, each a slider. */
export class Editor {
  readonly #box: HTMLElement
  readonly #change: Change
  #sliders: Slider[] = []
  #probabilities: readonly number[] = []

  constructor(box: HTMLElement, change: Change) {
    this.#box = box
    this.#change = change
  }

  show(probabilities: readonly number[]): void {
    this.#probabilities = probabilities
    if (this.#sliders.length !== probabilities.length) {
      this.#sliders = probabilities.map((_, index) => this.#slider(index))
      this.#box.style.setProperty('--classes', String(probabilities.length))
      this.#box.replaceChildren(...this.#sliders.map(({ element }) => element))
    }
    this.#sliders.forEach((slider, index) => slider.show(probabilities[index]))
  }

  #slider(index: number): Slider {
    const slider = new Slider(className(index))
    const { element, track } = slider
    element.addEventListener('keydown', (event) => {
      const move = event.altKey || event.ctrlKey || event.metaKey ? undefined : KEYS[event.key]
      if (!move) return
      event.preventDefault()
      this.#change(this.#probabilities, index, move(this.#probabilities[index]))
    })

    // A drag starts from the probabilities it found, so that a bar dragged up and back leaves the others as they were.
    let from: readonly number[] | undefined
    const drag = ({ clientY }: PointerEvent) => {
      const { bottom, height } = track.getBoundingClientRect()
      if (from) this.#change(from, index, Math.round((1000 * (bottom - clientY)) / height) / 1000)
    }
    element.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return
      event.preventDefault()
      element.focus({ preventScroll: true })
      element.setPointerCapture(event.pointerId)
      from = this.#probabilities
      drag(event)
    })
    element.addEventListener('pointermove', drag)
    for (const end of ['pointerup', 'pointercancel']) element.addEventListener(end, () => (from = undefined))
    return slider
  }
}

class Slider {
  readonly track: SVGElement
  readonly element: HTMLElement
  readonly #bar = shape('rect', { class: 'bar', x: 0, width: 1 })
  readonly #grip = shape('line', { class: 'grip', x1: 0.3, x2: 0.7 })
  readonly #value = html('span', { class: 'value' })

  constructor(name: string) {
    this.track = picture(1, 1, [this.#bar, this.#grip], { 'aria-hidden': 'true' })
    this.element = html(
      'div',
      {
        class: 'slider',
        role: 'slider',
        tabindex: 0,
        'aria-label': `Probability of class ${name}`,
        'aria-orientation': 'vertical',
        'aria-valuemin': 0,
        'aria-valuemax': 1,
      },
      this.#value,
      this.track,
      html('span', { class: 'class' }, name),
    )
  }

  show(probability: number): void {
    const top = 1 - probability
    this.#bar.setAttribute('y', String(top))
    this.#bar.setAttribute('height', String(probability))
    for (const end of ['y1', 'y2']) this.#grip.setAttribute(end, String(top))
    this.element.setAttribute('aria-valuenow', String(probability))
    this.#value.textContent = fixed(probability, probability > 0 && probability < 0.001 ? 4 : 3)
  }
}
