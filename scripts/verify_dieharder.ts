/**
 * The words through dieharder, in the orders that a user meets: `npm run verify:dieharder`. `-- --orders rows,steps` runs some,
 * `--all` every test (hours), `--write` writes docs/statistics.md, `--json FILE` keeps the results as they come; orders that ran
 * beside one another are brought together by `--from FILE,FILE`, which runs nothing. Exits with 1
 * where chance does not explain what came out, and with 2 where an option is wrong or dieharder is missing.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { SingleBar } from 'cli-progress'
import { bundleModules } from './bundle'
import { ALL, CHOSEN, type DieharderTest } from './dieharder/battery'
import { ORDERS, type Order } from './dieharder/orders'
import { type Outcome, runTest } from './dieharder/pipe'
import { type OrderTest, markdownOf, verdictOf } from './dieharder/report'
import { onPath } from './executable'
import { writeSection } from './section'

/** Repeats have so many times the p-values, and words of another seed. */
const REPEAT_PSAMPLES = 4
const MOST_REPEATS = 2

interface Choice {
  orders: Order[]
  tests: readonly DieharderTest[]
  write: boolean
  json?: string
  from?: string[]
}

function choiceOf(args: string[]): Choice {
  const { values } = parseArgs({
    args,
    options: {
      orders: { type: 'string', default: ORDERS.join() },
      all: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      json: { type: 'string' },
      from: { type: 'string' },
    },
  })
  const orders = values.orders.split(',') as Order[]
  const unknown = orders.find((order) => !ORDERS.includes(order))
  if (unknown) throw new Error(`--orders has '${unknown}'; it may have ${ORDERS.join()}`)
  return {
    orders,
    tests: values.all ? ALL : CHOSEN,
    write: values.write,
    json: values.json,
    from: values.from?.split(','),
  }
}

/** A test, and its repeats where a p-value of it, or of the repeat before, is not PASSED. Each run has its own seed. */
async function runWithRepeats(producer: string, order: Order, seed: number, test: DieharderTest): Promise<OrderTest> {
  const runs: Outcome[] = [await runTest(producer, order, seed, test)]
  const passed = ({ results }: Outcome) => results.every(({ assessment }) => assessment === 'PASSED')
  const psamples = REPEAT_PSAMPLES * runs[0].results[0].psamples
  while (!passed(runs.at(-1)!) && runs.length <= MOST_REPEATS)
    runs.push(await runTest(producer, order, seed + 1000 * runs.length, test, psamples))
  return { order, test, runs }
}

/** Runs the tests on the orders, with a bar. */
async function runAll({ orders, tests, json }: Choice): Promise<OrderTest[]> {
  const bundle = await bundleModules([resolve(import.meta.dirname, 'dieharder/produce.ts')])
  const done: OrderTest[] = []
  const layout = '{bar} {value} of {total} tests, {duration_formatted}, now {order} {test}; {weak} not PASSED at first'
  const bar = new SingleBar({ format: layout, noTTYOutput: true, notTTYSchedule: 60_000 })
  const weak = () => done.filter(({ runs }) => runs.length > 1).length
  bar.start(orders.length * tests.length, 0, { order: '', test: '', weak: 0 })
  try {
    for (const order of orders)
      for (const [i, test] of tests.entries()) {
        bar.update(done.length, { order, test: `-d ${test.test} -n ${test.ntuple ?? 0}`, weak: weak() })
        const seed = 100 * (1 + ORDERS.indexOf(order)) + i
        done.push(await runWithRepeats(join(bundle.folder, 'produce.mjs'), order, seed, test))
        if (json) writeFileSync(json, JSON.stringify(done, null, 1))
      }
  } finally {
    bar.stop()
    bundle.remove()
  }
  return done
}

/** Such as 'dieharder 3.31.1'. */
function versionOf(): string {
  const about = execFileSync('dieharder', ['-l'], { encoding: 'utf8' })
  return `dieharder ${/version (\S+)/.exec(about)?.[1]}`
}

async function main(choice: Choice): Promise<number> {
  const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as OrderTest[]
  const done = choice.from ? choice.from.flatMap(read) : await runAll(choice)
  const { good, text } = verdictOf(done)
  console.log(text)
  if (choice.write) await writeSection('verify:dieharder', markdownOf(done, versionOf()))
  return good ? 0 : 1
}

try {
  const choice = choiceOf(process.argv.slice(2))
  if (!onPath(['dieharder'])) throw new Error('dieharder is not on the PATH; on Debian: apt-get install dieharder')
  process.exitCode = await main(choice)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 2
}
