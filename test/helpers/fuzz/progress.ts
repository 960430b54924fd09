/** How far a long run is with one property, printed by its test for scripts/verify_fuzz.ts. */
export interface Progress {
  name: string
  done: number
  cases: number
}

const MARK = 'fuzz progress:'

export function printProgress(progress: Progress): void {
  console.log(`${MARK} ${JSON.stringify(progress)}`)
}

/** What such a line says; nothing for any other. */
export function progressOf(line: string): Progress | undefined {
  return line.startsWith(MARK) ? JSON.parse(line.slice(MARK.length)) : undefined
}
