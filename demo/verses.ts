import { Tokenizer } from './tokenizer'

/** A list of verses that grow word by word. */
export class VerseList {
  readonly #list: HTMLElement
  readonly #tokenizer: Tokenizer
  readonly #promptText: string
  readonly #verses: { ids: number[]; ended: boolean; words: Text }[]

  /** Empties the list, and begins each of its verses with the prompt. */
  constructor(list: HTMLElement, tokenizer: Tokenizer, prompt: readonly number[], sequences: number) {
    this.#list = list
    this.#tokenizer = tokenizer
    this.#promptText = tokenizer.decode(prompt)
    this.#verses = Array.from({ length: sequences }, () => ({
      ids: [...prompt],
      ended: false,
      words: new Text(),
    }))
    list.replaceChildren(
      ...this.#verses.map(({ words }) => {
        const given = document.createElement('span')
        given.className = 'prompt'
        given.textContent = this.#promptText
        const item = document.createElement('li')
        item.append(given, words)
        return item
      }),
    )
    list.ariaBusy = 'true'
  }

  /** Adds an id to each verse that has not ended. */
  append(ids: Int32Array): void {
    for (const [row, verse] of this.#verses.entries()) {
      if (verse.ended) continue
      verse.ids.push(ids[row])
      verse.ended = ids[row] === Tokenizer.END
      verse.words.data = this.#tokenizer.decode(verse.ids).slice(this.#promptText.length)
    }
  }

  get allEnded(): boolean {
    return this.#verses.every(({ ended }) => ended)
  }

  /** Marks verses that were cut off. */
  close(): void {
    for (const { ended, words } of this.#verses) if (!ended) words.data += '\u00a0…'
    this.#list.ariaBusy = 'false'
  }
}
