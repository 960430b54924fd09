import { colour } from '../colour'
import { html } from '../dom'
import { PIXELS, SIDE } from './digits'

/** Digits in ink, a canvas each: alone, or others below them. */
export class DigitsView {
  readonly #rows: HTMLCanvasElement[][]
  #shown: Float32Array[] = []

  constructor(box: HTMLElement, count: number, rows: readonly string[]) {
    this.#rows = rows.map((name) =>
      Array.from({ length: count }, (_, i) =>
        html('canvas', { width: SIDE, height: SIDE, role: 'img', 'aria-label': `${name} ${i + 1}` }),
      ),
    )
    box.replaceChildren(...Array.from({ length: count }, (_, i) => html('div', {}, ...this.#rows.map((row) => row[i]))))
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.show(this.#shown))
  }

  /** Probabilities of ink, `[count, PIXELS]` for each row. */
  show(rows: Float32Array[]): void {
    this.#shown = rows
    const ink = colour('--ink').match(/\d+/g)!.slice(0, 3).map(Number)
    rows.forEach((row, r) =>
      this.#rows[r].forEach((canvas, i) => {
        const image = new ImageData(SIDE, SIDE)
        for (let p = 0; p < PIXELS; p++) image.data.set([...ink, 255 * row[i * PIXELS + p]], 4 * p)
        canvas.getContext('2d')!.putImageData(image, 0, 0)
      }),
    )
  }
}
