import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { format, resolveConfig } from 'prettier'
import type { Reporter, TestModule } from 'vitest/node'
import { findChromium } from '../../scripts/chromium.ts'
import { findDeno } from '../../scripts/deno.ts'
import { findFirefox } from '../../scripts/firefox.ts'
import { countTests } from './counts.ts'
import type { Found } from './stack.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const REPORT = resolve(ROOT, 'docs/stacks.md')

const STACKS = [
  { project: 'chromium', webgpu: 'Dawn, Tint', find: findChromium },
  { project: 'chromium-no-subgroups', webgpu: 'Dawn, Tint', find: findChromium },
  { project: 'firefox', webgpu: 'wgpu, naga', find: findFirefox },
  { project: 'deno', webgpu: 'wgpu, naga', find: findDeno },
]

/** Writes docs/stacks.md after a run in which every GPU test passed on every stack, or was skipped for a reason that it gives. */
export default class StacksReport implements Reporter {
  async onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): Promise<void> {
    const stacks = STACKS.map((stack) => ({
      ...stack,
      modules: modules.filter(({ project }) => project.name === stack.project),
    }))
    const skipped = skippedOf(modules)
    const clean = modules.every((module) => countTests(module).failed === 0) && skipped.every(({ reason }) => reason)
    if (errors.length > 0 || !clean || stacks.some(({ modules }) => !foundBy(modules)))
      return console.log(
        'docs/stacks.md was left alone: not every test passed on every stack, or said why it was skipped',
      )

    const rows = stacks.map(({ project, webgpu, find, modules }) => {
      const { adapter, subgroups, f16 } = foundBy(modules)!
      const count = (state: 'passed' | 'skipped') => modules.reduce((sum, module) => sum + countTests(module)[state], 0)
      const counts = [count('passed'), count('skipped')]
      return [`\`${project}\``, versionOf(find()), webgpu, adapter || 'not named', subgroups, f16, ...counts]
    })
    const files = [...new Set(stacks.flatMap((stack) => stack.modules).map(pathOf))].toSorted()
    const matrix = files.map((file) => [
      `\`${file}\``,
      ...stacks.map(({ modules }) => {
        const module = modules.find((module) => pathOf(module) === file)
        return module ? countTests(module).passed : '-'
      }),
    ])
    const markdown = `# The stacks that the GPU tests run on

Written by \`npm run report:stacks\`, which runs the files of \`test/gpu\` on each stack, as \`npm test\` does, and where none fails says what ran.
\`test/gpu/stack.test.ts\` fails where a stack is not the one that it is called; \`chromium-no-subgroups\` has devices made without
the feature, for which WGSL that enables subgroups does not compile. [testing.md](testing.md#which-cases-run-where) says why stacks run different files and cases.

Run on ${new Date().toISOString().slice(0, 10)}:

${table(['stack', 'version', 'WebGPU', 'adapter', 'subgroups', 'shader-f16', 'tests passed', 'skipped'], rows)}

Firefox does not name its adapter; without a GPU it is Mesa's llvmpipe, as in Deno.

## Tests skipped

${table(
  ['stack', 'test', 'as'],
  skipped.map(({ stack, name, reason }) => [`\`${stack}\``, name, reason]),
)}

## Tests passed, file by file

${table(['file', ...STACKS.map(({ project }) => `\`${project}\``)], matrix)}

What runs besides the tests: [noise.md](noise.md), all 2^32 words on each stack; [benchmarks.md](benchmarks.md), the speed.
`
    writeFileSync(REPORT, await format(markdown, { ...(await resolveConfig(REPORT)), filepath: REPORT }))
    console.log('docs/stacks.md written')
  }
}

function foundBy(modules: readonly TestModule[]): Found | undefined {
  for (const module of modules)
    for (const test of module.children.allTests()) {
      const { stack } = test.meta()
      if (stack) return stack
    }
}

/** The tests that were skipped, with the reasons that they gave. */
function skippedOf(modules: readonly TestModule[]): { stack: string; name: string; reason: string }[] {
  const skipped = []
  for (const module of modules)
    for (const test of module.children.allTests()) {
      const result = test.result()
      if (result.state === 'skipped')
        skipped.push({ stack: module.project.name, name: test.fullName, reason: result.note ?? '' })
    }
  return skipped
}

function pathOf({ moduleId }: TestModule): string {
  return relative(ROOT, moduleId)
}

/** Such as 'Chromium 156.0.8078.79'. */
function versionOf(program: string): string {
  const [line] = execFileSync(program, ['--version'], { encoding: 'utf8' }).split('\n')
  return line.replace(/ (built|running|\().*/, '')
}

function table(head: string[], rows: (string | number)[][]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
