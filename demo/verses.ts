import { html } from './dom'
import { Tokenizer } from './tokenizer'

/** Which drawn word of which verse. */
export interface Place {
  row: number
  step: number
}

/** A list of verses that grow word by word; drawn words are elements that can have the focus. */
export class VerseList {
  readonly #list: HTMLElement
  readonly #tokenizer: Tokenizer
  readonly #canPoint: boolean
  readonly #verses: { item: HTMLElement; text: string; length: number; ended: boolean }[]

  /**
   * Empties the list, and begins each of its verses with the prompt.
   * @param canPoint whether drawn words can be pointed at
   */
  constructor(
    list: HTMLElement,
    tokenizer: Tokenizer,
    prompt: readonly number[],
    sequences: number,
    canPoint: boolean,
  ) {
    this.#list = list
    this.#tokenizer = tokenizer
    this.#canPoint = canPoint
    const text = tokenizer.decode(prompt)
    this.#verses = Array.from({ length: sequences }, () => ({
      item: html('li', {}, html('span', { class: 'prompt' }, text)),
      text,
      length: 0,
      ended: false,
    }))
    list.replaceChildren(...this.#verses.map(({ item }) => item))
    list.ariaBusy = 'true'
  }

  /** Adds an id to each verse that has not ended. */
  append(ids: Int32Array): void {
    for (const [row, verse] of this.#verses.entries()) {
      if (verse.ended) continue
      const step = verse.length++
      verse.ended = ids[row] === Tokenizer.END
      if (verse.ended) continue
      const space = this.#tokenizer.space(verse.text, ids[row])
      const word = this.#tokenizer.word(ids[row])
      verse.text += space + word
      // One word of the list is reached by Tab, the others from it by arrows.
      const tabindex = row === 0 && step === 0 ? 0 : -1
      const place = { class: 'word', tabindex, 'data-row': row, 'data-step': step }
      verse.item.append(space, this.#canPoint ? html('span', place, word) : word)
    }
  }

  /** Marks verses that were cut off. */
  close(): void {
    for (const { ended, item } of this.#verses) if (!ended) item.append('\u00a0…')
    this.#list.ariaBusy = 'false'
  }
}

export function placeOf({ dataset }: HTMLElement): Place {
  return { row: Number(dataset.row), step: Number(dataset.step) }
}
