/**
 * Browsers look for finished work when a page sends commands, and else on a timer: Firefox each 100 ms, Chromium after 2 ms and then
 * each 1 ms. So a read-back of short work takes 101 ms in Firefox and 3 ms in Chromium; with empty submits, 1 ms in both.
 */
const BROWSER = /Firefox|Chrome/.exec(typeof navigator === 'undefined' ? '' : (navigator.userAgent ?? ''))?.[0]

/** Nudges in quick succession, for short work. */
const QUICK_TURNS = 16
/** More often would delay the work that it asks about. */
const CHROMIUM_PAUSE_MS = 0.2
const FIREFOX_SLOW_PAUSE_MS = 4

const nudgers = new WeakMap<GPUQueue, Nudger>()

/** Has a promise, which the device settles when submitted work is done, settled soon after that. */
export function settledByQueue<T>(queue: GPUQueue, promise: Promise<T>): Promise<T> {
  if (BROWSER) {
    let nudger = nudgers.get(queue)
    if (!nudger) nudgers.set(queue, (nudger = new Nudger(queue)))
    nudger.watch(promise)
  }
  return promise
}

/** Submits nothing, again and again, while promises are pending: one for all of a queue, which many calls at once would crowd. */
class Nudger {
  #queue: GPUQueue
  #pending = 0
  #turns = 0
  #nudging = false

  constructor(queue: GPUQueue) {
    this.#queue = queue
  }

  watch(promise: Promise<unknown>): void {
    const settle = () => {
      this.#pending--
    }
    promise.then(settle, settle)
    this.#pending++
    this.#turns = 0
    if (!this.#nudging) void this.#nudge()
  }

  async #nudge(): Promise<void> {
    this.#nudging = true
    while (this.#pending > 0) {
      if (this.#turns++ < QUICK_TURNS) await (BROWSER === 'Firefox' ? nextTask() : pause(CHROMIUM_PAUSE_MS))
      else if (BROWSER === 'Firefox') await timer(FIREFOX_SLOW_PAUSE_MS)
      else break // Chromium's timer is soon enough for long work, and nudges put it off.
      if (this.#pending > 0) this.#queue.submit([])
    }
    this.#nudging = false
  }
}

function timer(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** A word that nobody changes or wakes: waiting for it is a timer of less than a millisecond, which leaves the thread free. */
let word: Int32Array | undefined

async function pause(ms: number): Promise<void> {
  if (typeof Atomics.waitAsync !== 'function' || typeof WebAssembly === 'undefined') return timer(ms)
  // WebAssembly's is the only shared memory of pages that are not isolated.
  word ??= new Int32Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer)
  await Atomics.waitAsync(word as Int32Array<SharedArrayBuffer>, 0, 0, ms).value
}

/** Lets other tasks run; a timer would wait at least 4 ms. */
function nextTask(): Promise<void> {
  const { port1, port2 } = new MessageChannel()
  return new Promise((resolve) => {
    port1.addEventListener(
      'message',
      () => {
        port1.close()
        resolve()
      },
      { once: true },
    )
    port1.start()
    port2.postMessage(0)
  })
}
