/**
 * Runs the fuzz tests on many more cases than `npm test`, with a fresh seed, and with shapes of every kind: `npm run verify:fuzz`.
 * `-- --stacks LIST` of cpu, chromium, firefox and deno (cpu,chromium), `--factor N` (20) so many times as many cases, or as many as
 * the stack's name is followed by (`cpu:90,deno`), `--seed N` those of another run, `--only TEXT` tests whose name has the text, `--write` writes docs/fuzz.md. Exits with 1 where a case fails,
 * whose seed and path it prints, and with 2 where an option is wrong.
 */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { MultiBar, type SingleBar } from 'cli-progress'
import { type Reporter, type TestCase, type TestModule, startVitest } from 'vitest/node'
import { progressOf } from '../test/helpers/fuzz/progress'
import { runScript } from './run_script'
import { writeSection } from './section'

const STACKS = ['cpu', 'chromium', 'firefox', 'deno']
const DAY = 86_400_000

interface Choice {
  stacks: { stack: string; factor: number }[]
  seed: number
  only: string
  write: boolean
}

function choiceOf(args: string[]): Choice {
  const { values } = parseArgs({
    args,
    options: {
      stacks: { type: 'string', default: 'cpu,chromium' },
      factor: { type: 'string', default: '20' },
      seed: { type: 'string', default: String(randomInt(2 ** 31)) },
      only: { type: 'string', default: '' },
      write: { type: 'boolean', default: false },
    },
  })
  const seed = Number(values.seed)
  const stacks = values.stacks.split(',').map((each) => {
    const [stack, own = values.factor] = each.split(':')
    if (!STACKS.includes(stack)) throw new Error(`--stacks has '${stack}'; it may have ${STACKS.join(', ')}`)
    if (!(Number(own) > 1)) throw new Error(`--factor of ${stack} is ${own}; it must be more than 1`)
    return { stack, factor: Number(own) }
  })
  if (!Number.isInteger(seed)) throw new Error(`--seed is ${values.seed}; it must be a whole number`)
  return { ...values, stacks, seed }
}

/** Cases of a property that have passed. */
interface Tally {
  name: string
  cases: number
}

/** A bar for each property under way, and what failed. */
class FuzzReporter implements Reporter {
  readonly tallies = new Map<string, Tally>()
  /** What failed, to be printed once the bars, which take lines of others away, have ended. */
  readonly failures: string[] = []
  #bars = new MultiBar({
    format: '{bar} {value} of {total}, {eta_formatted} left: {stack}: {name}',
    noTTYOutput: true,
    notTTYSchedule: 60_000,
  })
  #underWay = new Map<string, SingleBar>()
  readonly #stack: string

  constructor(stack: string) {
    this.#stack = stack
  }

  onUserConsoleLog({ content }: { content: string }): void {
    for (const line of content.split('\n')) {
      const progress = progressOf(line)
      if (!progress) continue
      const { name, done, cases } = progress
      this.tallies.set(name, { name, cases: done })
      const bar = this.#underWay.get(name) ?? this.#bars.create(cases, 0, { stack: this.#stack, name })
      this.#underWay.set(name, bar)
      bar.update(done)
      if (done === cases) bar.stop()
    }
  }

  onTestCaseResult(test: TestCase): void {
    const { state, errors = [] } = test.result()
    if (state !== 'failed') return
    this.failures.push(...errors.map(({ message }) => `${test.project.name}: ${test.fullName}\n${message}`))
  }

  onTestModuleEnd(module: TestModule): void {
    const name = `${module.project.name}: ${module.relativeModuleId}`
    this.failures.push(...module.errors().map(({ message }) => `${name}\n${message}`))
  }

  onTestRunEnd(): void {
    this.#bars.stop()
  }
}

function markdownOf(stack: string, factor: number, seed: number, tallies: readonly Tally[], seconds: number): string {
  const day = new Date().toISOString().slice(0, 10)
  const count = (cases: number) => cases.toLocaleString('en')
  const sum = count(tallies.reduce((total, each) => total + each.cases, 0))
  return [
    `### ${stack}`,
    '',
    `On ${day}, with seed ${seed} and ${factor} times the cases of \`npm test\`: ${sum} cases in ${(seconds / 60).toFixed(0)} minutes, none failed.`,
    '',
    '| property | cases |',
    '| --- | --- |',
    ...tallies.map(({ name, cases }) => `| ${name} | ${count(cases)} |`),
  ].join('\n')
}

async function main(choice: Choice): Promise<number> {
  const { stacks, seed, only, write } = choice
  console.log(`seed ${seed}, ${stacks.map(({ stack, factor }) => `${stack} ${factor}`).join(', ')} times as many cases`)
  let good = true
  for (const { stack, factor } of stacks) {
    Object.assign(process.env, { VITE_FUZZ_SEED: String(seed), VITE_FUZZ_FACTOR: String(factor) })
    const reporter = new FuzzReporter(stack)
    const start = performance.now()
    const vitest = await startVitest('test', ['/fuzz_'], {
      project: stack,
      reporters: [reporter],
      testTimeout: DAY,
      testNamePattern: only.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'),
      watch: false,
    })
    await vitest.close()
    const { failures } = reporter
    const tallies = [...reporter.tallies.values()]
    for (const { name, cases } of tallies) console.log(`${String(cases).padStart(8)}  ${stack}: ${name}`)
    for (const failure of failures) console.log(`\n${failure}\n`)
    if (failures.length > 0 || tallies.length === 0) {
      console.log(`${stack}: ${failures.length} failed, of ${tallies.length} properties that were reached.`)
      good = false
    } else if (write) {
      const seconds = (performance.now() - start) / 1000
      await writeSection(`verify:fuzz ${stack}`, markdownOf(stack, factor, seed, tallies, seconds), 'fuzz.md')
    }
  }
  if (good) console.log('No case failed.')
  return good ? 0 : 1
}

await runScript(choiceOf, main)
