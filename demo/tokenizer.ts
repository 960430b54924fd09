const WORDS = /[A-Za-z]+(?:[-'][A-Za-z]+)*'?|[^\sA-Za-z]/g
const CLOSES_UP_LEFT = /^[.,;:?!)]$/

/** Words and punctuation marks to ids and back; the model knows no other pieces. */
export class Tokenizer {
  /** Begins every text and closes every verse. */
  static readonly END = 0

  readonly #words: readonly string[]
  readonly #ids: ReadonlyMap<string, number>

  /** @param words index = id */
  constructor(words: readonly string[]) {
    this.#words = words
    this.#ids = new Map(words.map((word, id) => [word, id]))
  }

  static async load(url: string): Promise<Tokenizer> {
    const response = await fetch(url)
    if (!response.ok) throw new Error(`the word list did not load: ${response.status} for ${response.url}`)
    return new Tokenizer(await response.json())
  }

  get size(): number {
    return this.#words.length
  }

  /** @throws UnknownWordError */
  encode(text: string): number[] {
    return (text.match(WORDS) ?? []).map((word) => {
      const id = this.#ids.get(word)
      if (id === undefined) throw new UnknownWordError(word, this.#otherSpellings(word), this.size)
      return id
    })
  }

  /** The text up to the first `<end>`. */
  decode(ids: readonly number[]): string {
    const end = ids.indexOf(Tokenizer.END)
    let text = ''
    for (const id of end < 0 ? ids : ids.slice(0, end)) text += this.space(text, id) + this.#words[id]
    return text
  }

  /** What stands between a text and the word of an id that follows it. */
  space(text: string, id: number): string {
    return text === '' || text.endsWith('(') || CLOSES_UP_LEFT.test(this.#words[id]) ? '' : ' '
  }

  word(id: number): string {
    return this.#words[id]
  }

  #otherSpellings(word: string): string[] {
    const lower = word.toLowerCase()
    return this.#words.filter((other) => other.toLowerCase() === lower)
  }
}

/** A prompt has a word that the model was not trained on. */
export class UnknownWordError extends RangeError {
  override name = 'UnknownWordError'

  constructor(word: string, otherSpellings: readonly string[], size: number) {
    const instead =
      otherSpellings.length > 0
        ? `it knows ${otherSpellings.map((other) => `'${other}'`).join(' and ')}`
        : `its ${size.toLocaleString('en')} words are those of the King James Bible`
    super(`prompt has '${word}', which the model does not know; ${instead}`)
  }
}
