/**
 * Digests the strict noise of all 2^32 words on each stack and compares: `npm run verify:noise`, or a part of it with
 * `-- --words 2^26 --stacks chromium,cpu`. With the CPU also the accuracy is measured; a full run writes docs/noise.md.
 * Exits with 1 where stacks differ or the noise is less accurate than promised, and with 2 where an option is wrong or a
 * stack cannot run.
 */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { SingleBar } from 'cli-progress'
import { exponentialOf, gumbelOf, uniformOf } from '../src/noise/transform'
import { blocksOf } from '../src/noise/ranges'
import { WORDS_DIGESTS } from '../src/noise/known_answers'
import { digestOf } from '../src/noise/verify_words'
import { bundleModules } from './bundle'
import { measureAccuracy } from './noise/accuracy'
import { digestAll, firstDifferentRange, firstDifferentWord } from './noise/compare'
import { type Outcome, hex, reportOf } from './noise/report'
import { servePage } from './noise/serve'
import { type Runners, STACKS, type Stack } from './noise/stacks'

const REPORT = resolve(import.meta.dirname, '../docs/noise.md')
const ALL_WORDS = 2 ** 32
const ALL_STACKS = Object.keys(STACKS)

/** What was asked for cannot be done; the message says what to change. */
class Refusal extends Error {}

interface Choice {
  words: number
  stacks: string[]
}

interface Result extends Outcome {
  stack: Stack
  digests: Uint32Array
}

function choiceOf(args: string[]): Choice {
  const { words, stacks } = optionsOf(args)
  const exponent = Number(/^2\^(\d+)$/.exec(words)?.[1])
  if (!(exponent >= 20 && exponent <= 32))
    throw new Refusal(`--words is '${words}'; it must be from 2^20 to 2^32, written so`)
  const names = stacks.split(',')
  if (names.some((name) => !ALL_STACKS.includes(name)) || new Set(names).size < names.length)
    throw new Refusal(`--stacks is '${stacks}'; it must be some of ${ALL_STACKS.join()}`)
  return { words: 2 ** exponent, stacks: names }
}

function optionsOf(args: string[]): { words: string; stacks: string } {
  try {
    return parseArgs({
      args,
      options: {
        words: { type: 'string', default: '2^32' },
        stacks: { type: 'string', default: ALL_STACKS.join() },
      },
    }).values
  } catch (error) {
    throw new Refusal((error as Error).message)
  }
}

async function open(name: string, runners: Runners): Promise<Stack> {
  try {
    return await STACKS[name].open(runners)
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0]
    throw new Refusal(`${name} cannot run: ${reason}; install what it needs (${STACKS[name].install})`)
  }
}

/** A stack's digests of `words`, with a bar while it works. */
async function run(stack: Stack, words: number): Promise<Result> {
  const { title, adapter } = stack
  const ranges = blocksOf(words)
  const format = `${title.padEnd(28)} {bar} {percentage}%  {duration_formatted}, {eta_formatted} left`
  const bar = new SingleBar({ format, etaBuffer: 20, noTTYOutput: true, notTTYSchedule: 30_000 })
  bar.start(ranges.length, 0)
  const start = performance.now()
  const digests = await digestAll(stack.digest, ranges, (done) => bar.update(done))
  const seconds = (performance.now() - start) / 1000
  bar.stop()
  const digest = createHash('sha256').update(digests).digest('hex').slice(0, 16)
  return { stack, digests, title, adapter, words, digest, seconds }
}

/** A sentence on whether `other` gave what `first` did, and where not. */
async function differenceOf(first: Result, other: Result): Promise<string | undefined> {
  const i = firstDifferentRange(first.digests, other.digests)
  if (i < 0) return undefined
  const range = blocksOf(first.words)[i]
  const where = `${other.title} differs from ${first.title} first in words ${hex(range.first)} to ${hex(range.first + range.count - 1)}`
  const word = await firstDifferentWord(range, first.stack.digest, other.stack.digest)
  if (word === undefined) return `${where}, but not when these were digested again`
  const [u, e, g] = [uniformOf(word), exponentialOf(word), gumbelOf(word)]
  return `${where}, at ${hex(word)}: there this CPU has uniform ${u}, exponential ${e}, Gumbel ${g}`
}

/** Runs the stacks one after another. @returns the exit status */
async function verify({ words, stacks }: Choice, opened: Stack[]): Promise<number> {
  const results: Result[] = []
  for (const stack of opened) results.push(await run(stack, words))
  for (const { title, adapter, digest, seconds } of results)
    console.log(`${title} (${adapter}): ${words} words, digest ${digest}, ${seconds.toFixed(1)} s`)

  const [first, ...others] = results
  const differences: string[] = []
  for (const other of others) {
    const difference = await differenceOf(first, other)
    if (difference) differences.push(`${difference}.`)
  }
  const known = WORDS_DIGESTS[Math.log2(words / 2 ** 20)]
  for (const { title, digests } of results)
    if (digestOf(digests) !== known)
      differences.push(`${title}: the sum of the digests is ${digestOf(digests)}; \`verify()\` knows ${known}.`)
  const verdict = differences.length > 0 ? differences.join('\n') : 'All stacks gave the same bits.'
  if (results.length > 1 || differences.length > 0) console.log(verdict)

  if (stacks.includes('cpu')) {
    const accuracy = measureAccuracy()
    const { gumbel, exponential } = accuracy
    console.log(
      `Against float64, of what is allowed: Gumbel at most ${gumbel.error.toFixed(2)} (word ${hex(gumbel.word)}), ` +
        `exponential ${exponential.error.toFixed(2)} (word ${hex(exponential.word)}), ${accuracy.words} words`,
    )
    if (words === ALL_WORDS && stacks.length === ALL_STACKS.length) {
      writeFileSync(REPORT, await reportOf(results, verdict, accuracy, REPORT))
      console.log('docs/noise.md written')
    }
    if (gumbel.error > 1 || exponential.error > 1) return 1
  }
  return differences.length > 0 ? 1 : 0
}

async function main(args: string[]): Promise<number> {
  const choice = choiceOf(args)
  const bundle = await bundleModules(
    ['page', 'deno', 'worker'].map((name) => resolve(import.meta.dirname, `noise/${name}.ts`)),
  )
  const page = await servePage(bundle.folder)
  const opened: Stack[] = []
  try {
    for (const name of choice.stacks) opened.push(await open(name, { folder: bundle.folder, url: page.url }))
    return await verify(choice, opened)
  } finally {
    await Promise.all(opened.map((stack) => stack.close()))
    page.close()
    bundle.remove()
  }
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof Refusal)) throw error
  console.error(error.message)
  process.exitCode = 2
}
