/** What is thrown while `body` runs and nobody catches, which the test runner would take for a failure. */
export async function uncaughtDuring(body: (uncaught: readonly unknown[]) => Promise<void>): Promise<void> {
  const uncaught: unknown[] = []
  // Capturing, so that it comes before the runner's listener.
  const onError = (event: ErrorEvent) => {
    uncaught.push(event.error)
    event.preventDefault()
    event.stopImmediatePropagation()
  }
  globalThis.addEventListener('error', onError, { capture: true })
  // In Deno the runner listens as it does in Node.
  const ofNode = (globalThis as Partial<typeof globalThis>).process
  const listeners = ofNode?.listeners?.('uncaughtException') ?? []
  for (const listener of listeners) ofNode!.off('uncaughtException', listener)
  try {
    await body(uncaught)
  } finally {
    for (const listener of listeners) ofNode!.on('uncaughtException', listener)
    globalThis.removeEventListener('error', onError, { capture: true })
  }
}
