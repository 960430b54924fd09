/**
 * Applies each mutant to the real sources, in memory, and shows which named test fails it: `npm run verify:mutants`. `-- --only TEXT`
 * takes those whose name has the text, `--sides shader,twin,both` some sides, `--write` writes docs/statistics.md. Exits with 1
 * where a mutant survives a test that is to fail it, or where such a test fails on the sources as they are.
 */
import { parseArgs } from 'node:util'
import { SingleBar } from 'cli-progress'
import { type Mutant, type NamedTest, SIDES, type Side, editsOf } from './mutants/mutant'
import { MUTANTS } from './mutants/mutants'
import { type Ended, runTests } from './mutants/run_tests'
import { writeSection } from './section'

interface Trial {
  mutant: Mutant
  side: Side
  tests: NamedTest[]
}

/** A trial, and how its tests ended, or why they did not. */
interface Judged extends Trial {
  ended: Ended[]
  /** Why this mutant is not killed; undefined where it is. */
  survived?: string
}

/** A failure that says nothing of what the mutant computes, as the refusal of a device whose noise is wrong does. */
const NOT_A_VERDICT =
  /^(DeviceError(?!: the GPU device is wrong)|GPUValidationError|GPUInternalError|SyntaxError)|timed out|GPUValidationError:/i

async function judge(trial: Trial): Promise<Judged> {
  const { mutant, side, tests } = trial
  try {
    const ended = await runTests(tests, editsOf(mutant, side))
    const blind = ended.find(({ failures }) => failures.length === 0)
    const unclear = ended.flatMap(({ failures }) => failures).find((failure) => NOT_A_VERDICT.test(failure))
    const survived = blind ? `'${blind.test.name}' passes` : unclear && `a test fails for another reason: ${unclear}`
    return { ...trial, ended, survived }
  } catch (error) {
    return { ...trial, ended: [], survived: (error as Error).message }
  }
}

/** Why the tests are no judges: those that fail on the sources as they are. */
async function baselineFailures(trials: readonly Trial[]): Promise<string[]> {
  const all = [
    ...new Map(trials.flatMap(({ tests }) => tests).map((test) => [`${test.file} ${test.name}`, test])).values(),
  ]
  const ended = await runTests(all, [])
  return ended.flatMap(({ test, failures }) => failures.map((failure) => `${test.file} ${test.name}: ${failure}`))
}

function markdownOf(judged: readonly Judged[], mutants: readonly Mutant[]): string {
  const cell = (mutant: Mutant, side: Side) => {
    const found = judged.find((each) => each.mutant === mutant && each.side === side)
    if (!found) return ''
    if (found.survived) return '**survives**'
    return found.tests.map(({ file, name }) => `${file.replace(/^test\/|\.test\.ts$/g, '')}: ${name}`).join('<br>')
  }
  const rows = mutants.map((mutant) => `| ${mutant.name} | ${SIDES.map((side) => cell(mutant, side)).join(' | ')} |`)
  return `Run on ${new Date().toISOString().slice(0, 10)}: ${mutants.length} mutants, ${judged.length} trials, ${judged.filter(({ survived }) => survived).length} survivors.

| mutant | killed in the shader by | killed in its CPU twin by | killed in both alike by |
| --- | --- | --- | --- |
${rows.join('\n')}`
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      sides: { type: 'string', default: SIDES.join() },
      write: { type: 'boolean', default: false },
    },
  })
  const unknown = values.sides.split(',').find((side) => !(SIDES as readonly string[]).includes(side))
  if (unknown !== undefined) throw new Error(`--sides has '${unknown}'; it may have ${SIDES.join()}`)
  const mutants = MUTANTS.filter(({ name }) => name.includes(values.only))
  if (mutants.length === 0) throw new Error(`--only is '${values.only}'; no mutant's name has it`)
  const trials = mutants.flatMap((mutant) =>
    SIDES.filter((side) => values.sides.includes(side)).flatMap((side) => {
      const tests = mutant.killedBy[side]
      return tests ? [{ mutant, side, tests }] : []
    }),
  )

  const bar = new SingleBar({
    format: '{bar} {value} of {total}, {duration_formatted}, {eta_formatted} left: {now}',
    noTTYOutput: true,
    notTTYSchedule: 60_000,
  })
  bar.start(trials.length + 1, 0, { now: 'the sources as they are' })
  const judged: Judged[] = []
  const failures = await baselineFailures(trials)
  if (failures.length === 0)
    for (const trial of trials) {
      bar.increment({ now: `${trial.mutant.name}, ${trial.side}` })
      judged.push(await judge(trial))
    }
  bar.increment({ now: 'done' })
  bar.stop()
  if (failures.length > 0) {
    console.error(`fail on the sources as they are:\n${failures.join('\n')}`)
    return 1
  }

  for (const { mutant, side, ended, survived } of judged) {
    console.log(`${survived ? 'SURVIVES' : 'killed'}: ${mutant.name}, ${side}${survived ? `: ${survived}` : ''}`)
    for (const { test, failures: messages } of ended)
      if (messages.length > 0) console.log(`    ${test.file}: ${test.name}: ${messages[0]}`)
  }
  const survivors = judged.filter(({ survived }) => survived).length
  console.log(`${mutants.length} mutants, ${judged.length} trials, ${survivors} survivors`)
  if (values.write) await writeSection('verify:mutants', markdownOf(judged, mutants))
  return survivors > 0 ? 1 : 0
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error((error as Error).message)
  // The bar's timer, which an error leaves, would keep the process.
  process.exit(2)
}
