import { html } from '../dom'
import { Tokenizer } from '../tokenizer'

/** A text that grows token by token. */
export class TextView {
  readonly #element: HTMLElement
  readonly #tokenizer: Tokenizer
  #text: string
  #ended = false

  /** Empties the element, and begins with the prompt. */
  constructor(element: HTMLElement, tokenizer: Tokenizer, prompt: readonly number[]) {
    this.#element = element
    this.#tokenizer = tokenizer
    this.#text = tokenizer.decode(prompt)
    element.replaceChildren(html('span', { class: 'prompt' }, this.#text))
  }

  /** @param isOther whether the other text has another token here */
  append(id: number | undefined, isOther: boolean): void {
    if (id === undefined || this.#ended) return
    this.#ended = id === Tokenizer.END
    const space = this.#ended ? '\u00a0' : this.#tokenizer.space(this.#text, id)
    const word = this.#ended ? '∎' : this.#tokenizer.word(id)
    this.#text += space + word
    this.#element.append(space, isOther ? html('mark', { class: 'other' }, word) : word)
  }

  /** Marks a text that was cut off. */
  close(): void {
    if (!this.#ended) this.#element.append('\u00a0…')
  }
}

/** A token in words. */
export function nameOf(id: number | undefined, tokenizer: Tokenizer): string {
  if (id === undefined) return 'nothing'
  return id === Tokenizer.END ? 'the end of the verse' : `“${tokenizer.word(id)}”`
}
