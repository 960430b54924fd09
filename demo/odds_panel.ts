import { html } from './dom'
import { fixed, grouped } from './numbers'
import type { Odds, WordOdds } from './odds'
import { Tokenizer } from './tokenizer'
import { placeOf } from './verses'
import { WordPointer } from './word_pointer'
import type { Written } from './written'

/** Between a word and the panel, and between the panel and the window's edges, in CSS pixels. */
const GAP = 6

/** What the word under the pointer, or with the focus, was chosen from. */
export class OddsPanel {
  readonly #panel: HTMLElement
  readonly #pointer: WordPointer
  readonly #onError: (error: unknown) => void
  #written: Written | undefined
  #word: HTMLElement | undefined
  #asking = false

  constructor(panel: HTMLElement, list: HTMLElement, onError: (error: unknown) => void) {
    this.#panel = panel
    this.#onError = onError
    this.#pointer = new WordPointer(list, (word) => void this.#show(word))
    // The word is elsewhere then, and the panel may be too wide for its place.
    addEventListener('resize', () => this.#pointer.leave())
  }

  /** Tells of other verses from now on, and frees those before. */
  of(written: Written | undefined): void {
    this.#pointer.leave()
    void this.#written?.free()
    this.#written = written
  }

  async #show(word: HTMLElement | undefined): Promise<void> {
    this.#word?.removeAttribute('aria-describedby')
    this.#word = word
    this.#panel.hidden = true
    // One draw is asked about at a time, then the one that is pointed at by then.
    if (this.#asking) return
    this.#asking = true
    try {
      while (this.#word && this.#panel.hidden) await this.#ask(this.#word, this.#written!)
    } catch (error) {
      this.#onError(error)
    } finally {
      this.#asking = false
    }
  }

  /** Shows the panel, unless something else is pointed at by then. */
  async #ask(word: HTMLElement, written: Written): Promise<void> {
    const place = placeOf(word)
    const odds = await written.oddsAt(place)
    if (this.#word !== word) return
    fillPanel(this.#panel, odds, written.idAt(place), written.tokenizer)
    placePanel(this.#panel, word)
    word.setAttribute('aria-describedby', this.#panel.id)
  }
}

/** Fills the panel with the odds of a word's draw. */
function fillPanel(panel: HTMLElement, { likeliest, drawn, keptCount }: Odds, id: number, tokenizer: Tokenizer): void {
  const shown = likeliest.some((each) => each.id === drawn.id) ? likeliest : [...likeliest, drawn]
  const largest = likeliest[0].probability
  const rows = (kept: boolean) =>
    shown.filter((each) => each.kept === kept).map((each) => rowOf(each, largest, each.id === id, tokenizer))
  const [kept, dropped] = [rows(true), rows(false)]
  const count = keptCount === tokenizer.size ? 'all' : grouped(keptCount)
  panel.replaceChildren(
    html(
      'table',
      {},
      html('caption', {}, `Most likely of ${grouped(tokenizer.size)} words`),
      html('tbody', {}, headOf(`kept: ${count}`), ...kept),
      ...(dropped.length > 0 ? [html('tbody', { class: 'dropped' }, headOf('not kept'), ...dropped)] : []),
    ),
    html('p', {}, `The CPU draws ${drawn.id === id ? 'the same' : `“${wordOf(drawn.id, tokenizer)}” instead`}.`),
  )
}

function headOf(text: string): HTMLElement {
  return html('tr', {}, html('th', { colspan: 4, scope: 'rowgroup' }, text))
}

function rowOf(
  { id, rank, probability }: WordOdds,
  largest: number,
  drawn: boolean,
  tokenizer: Tokenizer,
): HTMLElement {
  const bar = html('span', { class: 'bar' })
  bar.style.width = `${(100 * probability) / largest}%`
  return html(
    'tr',
    drawn ? { class: 'drawn' } : {},
    html('td', {}, grouped(rank)),
    html('td', {}, wordOf(id, tokenizer)),
    html('td', {}, bar),
    html('td', {}, percent(probability)),
  )
}

function wordOf(id: number, tokenizer: Tokenizer): string {
  return id === Tokenizer.END ? 'end of the verse' : tokenizer.word(id)
}

function percent(probability: number): string {
  return probability < 0.0005 ? '< 0.1\u00a0%' : `${fixed(100 * probability, 1)}\u00a0%`
}

/** Shows the panel under a word, or above it where the window ends. */
function placePanel(panel: HTMLElement, word: HTMLElement): void {
  panel.hidden = false
  const { left, top, bottom } = word.getBoundingClientRect()
  const { width, height } = panel.getBoundingClientRect()
  const room = document.documentElement.clientWidth - width - GAP
  const above = bottom + GAP + height > innerHeight && top - GAP - height >= 0
  panel.style.left = `${scrollX + Math.max(GAP, Math.min(left, room))}px`
  panel.style.top = `${scrollY + (above ? top - GAP - height : bottom + GAP)}px`
}
