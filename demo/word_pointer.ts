/** What has the pointer or the focus in a list of words. */
export class WordPointer {
  readonly #list: HTMLElement
  readonly #onChange: (word: HTMLElement | undefined) => void
  #hovered: HTMLElement | undefined
  #told: HTMLElement | undefined

  /** @param onChange is told the word under the pointer, else the one with the focus, whenever that is another */
  constructor(list: HTMLElement, onChange: (word: HTMLElement | undefined) => void) {
    this.#list = list
    this.#onChange = onChange
    list.addEventListener('pointerover', ({ target }) => this.#hover(wordAt(target)))
    list.addEventListener('pointerleave', () => this.#hover(undefined))
    list.addEventListener('focusin', ({ target }) => this.#focus(wordAt(target)))
    list.addEventListener('focusout', () => this.#tell(this.#hovered))
    list.addEventListener('keydown', (event) => this.#press(event))
  }

  /** Points at nothing until the pointer or the focus moves. */
  leave(): void {
    this.#hovered = undefined
    this.#tell(undefined)
  }

  #hover(word: HTMLElement | undefined): void {
    this.#hovered = word
    this.#tell(word ?? (this.#list.contains(document.activeElement) ? wordAt(document.activeElement) : undefined))
  }

  #focus(word: HTMLElement | undefined): void {
    for (const other of this.#list.querySelectorAll<HTMLElement>('.word[tabindex="0"]')) other.tabIndex = -1
    if (word) word.tabIndex = 0
    this.#hovered = undefined
    this.#tell(word)
  }

  #tell(word: HTMLElement | undefined): void {
    if (word === this.#told) return
    this.#told = word
    this.#onChange(word)
  }

  #press(event: KeyboardEvent): void {
    if (event.key === 'Escape') return this.leave()
    const word = wordAt(event.target)
    const next = word && this.#neighbour(word, event.key)
    if (!next) return
    event.preventDefault()
    next.focus()
  }

  #neighbour(word: HTMLElement, key: string): HTMLElement | undefined {
    const verse = word.parentElement!
    const own = wordsOf(verse)
    const all = wordsOf(this.#list)
    const beside = (other: Element | null) => other && (wordsOf(other)[own.indexOf(word)] ?? wordsOf(other).at(-1))
    if (key === 'ArrowRight') return all[all.indexOf(word) + 1]
    if (key === 'ArrowLeft') return all[all.indexOf(word) - 1]
    if (key === 'ArrowDown') return beside(verse.nextElementSibling) ?? undefined
    if (key === 'ArrowUp') return beside(verse.previousElementSibling) ?? undefined
    if (key === 'Home') return own[0]
    if (key === 'End') return own.at(-1)
    return undefined
  }
}

function wordsOf(element: Element): HTMLElement[] {
  return [...element.querySelectorAll<HTMLElement>('.word')]
}

function wordAt(target: EventTarget | null): HTMLElement | undefined {
  return (target instanceof Element && target.closest<HTMLElement>('.word')) || undefined
}
