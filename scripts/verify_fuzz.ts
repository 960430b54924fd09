/**
 * Runs the fuzz tests on many more cases than `npm test`, with a fresh seed, and with shapes of every kind: `npm run verify:fuzz`.
 * `-- --stacks LIST` of cpu, chromium, firefox and deno (cpu,chromium), `--factor N` (20) so many times as many cases, or as many as
 * the stack's name is followed by (`cpu:90,deno`), `--seed N` those of another run, `--only TEXT` tests whose name has the text, `--write` writes docs/fuzz.md. Exits with 1 where a case fails,
 * whose seed and path it prints, and with 2 where an option is wrong.
 */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { MultiBar, type SingleBar } from 'cli-progress'
import { type Reporter, type TestCase, type TestModule, type Vitest, startVitest } from 'vitest/node'
import { progressOf } from '../test/helpers/fuzz/progress'
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

/** Cases of a property that have passed on a stack. */
interface Tally {
  stack: string
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
  #vitest: Vitest | undefined

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  onUserConsoleLog({ content, taskId }: { content: string; taskId?: string }): void {
    for (const line of content.split('\n')) {
      const progress = progressOf(line)
      if (!progress) continue
      const { name, done, cases } = progress
      const stack = this.#vitest?.state.idMap.get(taskId ?? '')?.file.projectName ?? ''
      const key = `${stack}: ${name}`
      this.tallies.set(key, { stack, name, cases: done })
      const bar = this.#underWay.get(key) ?? this.#bars.create(cases, 0, { stack, name })
      this.#underWay.set(key, bar)
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
    this.#underWay.clear()
  }
}

function markdownOf({ seed, stacks: chosen }: Choice, tallies: readonly Tally[], seconds: number): string {
  const day = new Date().toISOString().slice(0, 10)
  const stacks = [...new Set(tallies.map(({ stack }) => stack))]
  const names = [...new Set(tallies.map(({ name }) => name))]
  const cases = (stack: string, name: string) =>
    tallies.find((each) => each.stack === stack && each.name === name)?.cases.toLocaleString('en') ?? ''
  const sumOf = (stack: string) =>
    tallies.reduce((total, each) => total + (each.stack === stack ? each.cases : 0), 0).toLocaleString('en')
  const sum = tallies.reduce((total, each) => total + each.cases, 0).toLocaleString('en')
  return [
    `On ${day}, with seed ${seed} and so many times the cases of \`npm test\`: ${chosen.map(({ stack, factor }) => `${stack} ${factor}`).join(', ')}. ${sum} cases in ${(seconds / 60).toFixed(0)} minutes, none failed.`,
    '',
    `| property | ${stacks.join(' | ')} |`,
    `| --- | ${stacks.map(() => '---').join(' | ')} |`,
    ...names.map((name) => `| ${name} | ${stacks.map((stack) => cases(stack, name)).join(' | ')} |`),
    `| all | ${stacks.map((stack) => sumOf(stack)).join(' | ')} |`,
  ].join('\n')
}

async function main(choice: Choice): Promise<number> {
  const { stacks, seed, only, write } = choice
  console.log(`seed ${seed}, ${stacks.map(({ stack, factor }) => `${stack} ${factor}`).join(', ')} times as many cases`)
  const reporter = new FuzzReporter()
  const start = performance.now()
  for (const { stack, factor } of stacks) {
    Object.assign(process.env, { VITE_FUZZ_SEED: String(seed), VITE_FUZZ_FACTOR: String(factor) })
    const vitest = await startVitest('test', ['/fuzz_'], {
      project: stack,
      reporters: [reporter],
      testTimeout: DAY,
      testNamePattern: only.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'),
      watch: false,
    })
    await vitest.close()
  }
  const tallies = [...reporter.tallies.values()]
  for (const { stack, name, cases } of tallies) console.log(`${String(cases).padStart(8)}  ${stack}: ${name}`)
  const { failures } = reporter
  for (const failure of failures) console.log(`\n${failure}\n`)
  const good = failures.length === 0 && tallies.length > 0
  console.log(
    good ? 'No case failed.' : `${failures.length} failed, of ${tallies.length} properties that were reached.`,
  )
  if (good && write)
    await writeSection('verify:fuzz', markdownOf(choice, tallies, (performance.now() - start) / 1000), 'fuzz.md')
  return good ? 0 : 1
}

let choice: Choice | undefined
try {
  choice = choiceOf(process.argv.slice(2))
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 2
}
if (choice) process.exitCode = await main(choice)
