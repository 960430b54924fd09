/** What Deno runs: prints a line on itself, then a line of digests for each line of ranges; or a line with an error. */
import process from 'node:process'
import { createInterface } from 'node:readline'
import { openGpu } from './gpu'

export interface DenoLine {
  version?: string
  adapter?: string
  digests?: number[]
  error?: string
}

function print(line: DenoLine): void {
  console.log(JSON.stringify(line))
}

try {
  const { adapter, digest } = await openGpu()
  print({ version: process.versions.deno ?? 'unknown', adapter })
  for await (const line of createInterface({ input: process.stdin })) print({ digests: await digest(JSON.parse(line)) })
} catch (error) {
  print({ error: String(error) })
}
process.exit()
