import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { type Edit, type NamedTest } from './mutant'

/** How a named test ended; several where the name is the beginning of several. */
export interface Ended {
  test: NamedTest
  passed: number
  /** The first line of what each failure says. */
  failures: string[]
}

interface JsonReport {
  testResults: {
    name: string
    message: string
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[]
  }[]
}

const root = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)

/** The project of vitest.config.ts that runs a file, of stacks the one that compiles fastest. */
function projectOf({ file }: NamedTest): string {
  if (file.startsWith('test/cpu/')) return 'cpu'
  return file.endsWith('/battery.test.ts') ? 'chromium' : 'deno'
}

/** Runs named tests on the sources with `edits`. @throws Error where one did not run */
export async function runTests(tests: readonly NamedTest[], edits: readonly Edit[]): Promise<Ended[]> {
  const ended: Ended[] = []
  for (const project of new Set(tests.map(projectOf)))
    ended.push(
      ...(await runIn(
        project,
        tests.filter((test) => projectOf(test) === project),
        edits,
      )),
    )
  return ended
}

async function runIn(project: string, tests: readonly NamedTest[], edits: readonly Edit[]): Promise<Ended[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gumbel-webgpu-mutant-'))
  const report = join(folder, 'report.json')
  const pattern = tests.map(({ name }) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
  const files = [...new Set(tests.map(({ file }) => file))]
  const args = ['vitest', 'run', '-c', join(import.meta.dirname, 'vitest.config.ts'), '--project', project, ...files]
  const options = {
    cwd: root,
    env: { ...process.env, MATRIX: 'whole', MUTANT: JSON.stringify(edits) },
    maxBuffer: 2 ** 26,
  }
  try {
    // It exits with 1 where tests fail; the report says which.
    const output = await run(
      'npx',
      [...args, '-t', pattern, '--reporter=json', `--outputFile=${report}`],
      options,
    ).catch((error: { stdout: string; stderr: string }) => error)
    return endedOf(tests, report, `${output.stdout}${output.stderr}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function endedOf(tests: readonly NamedTest[], report: string, output: string): Ended[] {
  let results: JsonReport['testResults']
  try {
    results = (JSON.parse(readFileSync(report, 'utf8')) as JsonReport).testResults
  } catch {
    throw new Error(`vitest wrote no report: ${output}`)
  }
  return tests.map((test) => {
    const file = results.find(({ name }) => name.endsWith(test.file))
    const mine = file?.assertionResults.filter(({ fullName }) => fullName.includes(test.name)) ?? []
    const failed = mine.filter(({ status }) => status === 'failed')
    const passed = mine.filter(({ status }) => status === 'passed').length
    if (failed.length + passed === 0)
      throw new Error(`${test.file} ran no test named '${test.name}': ${file?.message ?? ''} ${output}`)
    return { test, passed, failures: failed.map(({ failureMessages }) => failureMessages[0].split('\n')[0]) }
  })
}
