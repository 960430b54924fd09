import { counted } from '../numbers'

/** An id of each text; undefined where that text had ended before. */
export type Pair = readonly [left: number | undefined, right: number | undefined]

/** Counts the tokens of two texts until they differ. */
export class Comparison {
  #same = 0
  #first: Pair | undefined

  /** Whether the pair is the first whose ids differ. */
  add(pair: Pair): boolean {
    if (this.#first) return false
    if (pair[0] === pair[1]) this.#same++
    else this.#first = pair
    return this.#first !== undefined
  }

  get state(): 'same' | 'differs' {
    return this.#first ? 'differs' : 'same'
  }

  /** @param name names an id, or the lack of one */
  verdict(name: (id: number | undefined) => string): string {
    if (this.#first)
      return `Token ${this.#same + 1} is the first that differs: ${name(this.#first[0])} in the first text, ${name(this.#first[1])} in the second.`
    return this.#same === 1 ? 'The token is the same.' : `All ${counted(this.#same, 'token')} are the same.`
  }
}
