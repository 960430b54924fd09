import { philox4x32 } from 'gumbel-webgpu'

/** Seeded random numbers for inputs of tests, one after another. */
export class Random {
  #seed: number
  #counter = 0
  #block: Uint32Array = new Uint32Array()

  constructor(seed: number) {
    this.#seed = seed
  }

  /** A 32-bit word. */
  word(): number {
    const i = this.#counter % 4
    // The key's high word keeps these apart from the noise of the seeds that tests draw with.
    if (i === 0) this.#block = philox4x32([this.#counter, 0, 0, 0], [this.#seed, 0x7e57])
    this.#counter++
    return this.#block[i]
  }

  /** In (0, 1). */
  uniform(): number {
    return (this.word() + 0.5) / 2 ** 32
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(this.uniform())) * Math.cos(2 * Math.PI * this.uniform())
  }

  /** A whole number from `min` to `max`. */
  whole(min: number, max: number): number {
    return min + Math.floor(this.uniform() * (max - min + 1))
  }

  seed(): bigint {
    return (BigInt(this.word()) << 32n) | BigInt(this.word())
  }

  pick<T>(values: readonly T[]): T {
    return values[this.whole(0, values.length - 1)]
  }
}
