import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { DieharderTest } from './battery'
import type { Order } from './orders'

/** One p-value of a test, and what dieharder says of it: WEAK outside 0.005 to 0.995, FAILED within 1e-6 of 0 or 1. */
export interface Assessed {
  name: string
  ntuple: number
  psamples: number
  p: number
  assessment: 'PASSED' | 'WEAK' | 'FAILED'
}

export interface Outcome {
  results: Assessed[]
  bytes: number
  seconds: number
}

const FIELDS = ['test_name', 'ntuple', 'psamples', 'pvalues', 'assessment', 'no_whitespace'].flatMap((each) => [
  '-D',
  each,
])

/**
 * One test of dieharder on the words of an order, over a pipe. `producer` is the bundled produce.ts; `psamples` is how many
 * p-values the test's own Kolmogorov-Smirnov test is over, by default dieharder's choice.
 */
export async function runTest(
  producer: string,
  order: Order,
  seed: number,
  { test, ntuple }: DieharderTest,
  psamples?: number,
): Promise<Outcome> {
  const words = spawn(process.execPath, [producer, order, String(seed)], { stdio: ['ignore', 'pipe', 'pipe'] })
  const options = ['-g', '200', '-d', String(test), '-c', ',', ...FIELDS]
  if (ntuple !== undefined) options.push('-n', String(ntuple))
  if (psamples !== undefined) options.push('-p', String(psamples))
  const dieharder = spawn('dieharder', options, { stdio: [words.stdout, 'pipe', 'inherit'] })
  // The pipe is dieharder's alone, so that the producer sees its end.
  words.stdout.destroy()
  const [report, table] = await Promise.all([
    text(words.stderr),
    text(dieharder.stdout!),
    ended(words),
    ended(dieharder),
  ])
  const results = table
    .split('\n')
    .map(parse)
    .filter((each) => each !== undefined)
  if (results.length === 0) throw new Error(`dieharder ${options.join(' ')} gave no result: ${table}`)
  return { results, ...(JSON.parse(report) as { bytes: number; seconds: number }) }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (code !== 0) throw new Error(`${child.spawnfile} ended with ${code ?? signal}`)
}

function parse(line: string): Assessed | undefined {
  const [name, ntuple, psamples, p, assessment] = line.split(',')
  if (!/^(PASSED|WEAK|FAILED)$/.test(assessment ?? '')) return undefined
  return {
    name,
    ntuple: Number(ntuple),
    psamples: Number(psamples),
    p: Number(p),
    assessment: assessment as Assessed['assessment'],
  }
}
