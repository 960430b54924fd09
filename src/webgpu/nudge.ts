/**
 * Firefox looks for finished work on a timer of 100 ms, and at every submit; measured, a read-back took 101 ms so and 4 ms
 * with the queue nudged. Other browsers answer by themselves.
 */
const needsNudge = typeof navigator !== 'undefined' && /Firefox/.test(navigator.userAgent ?? '')

/** Nudges one after another, for short work; then one each few milliseconds, so that long work is not crowded out. */
const QUICK_TURNS = 16

/** Waits for a promise that the device settles when submitted work is done. */
export async function settledByQueue<T>(queue: GPUQueue, promise: Promise<T>): Promise<T> {
  if (needsNudge) {
    let pending = true
    const settle = () => {
      pending = false
    }
    promise.then(settle, settle)
    for (let turn = 0; pending; turn++) {
      queue.submit([])
      await (turn < QUICK_TURNS ? nextTask() : new Promise((resolve) => setTimeout(resolve, 4)))
    }
  }
  return promise
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
