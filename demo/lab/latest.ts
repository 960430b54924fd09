/** Does one job at a time; of those asked for meanwhile only the last is done, so that none queue up. */
export class Latest<T> {
  readonly #job: (value: T) => Promise<void>
  #next: { value: T } | undefined
  #busy = false

  constructor(job: (value: T) => Promise<void>) {
    this.#job = job
  }

  request(value: T): void {
    this.#next = { value }
    if (!this.#busy) void this.#work()
  }

  async #work(): Promise<void> {
    this.#busy = true
    for (let next = this.#next; next; next = this.#next) {
      this.#next = undefined
      await this.#job(next.value)
    }
    this.#busy = false
  }
}

/** A call of `action` that waits until none has been asked for in `milliseconds`. */
export function debounced(action: () => void, milliseconds: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  return () => {
    clearTimeout(timer)
    timer = setTimeout(action, milliseconds)
  }
}
