/** What kernels cost on GPUs, by the machine code of Mesa's driver and GPUs' published rates: no GPU is used. */
import { parseArgs } from 'node:util'
import { SingleBar } from 'cli-progress'
import { balanceOf, GPUS, timeOf } from './isa/gpus'
import { type Code, compile } from './isa/code'
import { PATHS, type Path } from './isa/paths'
import { wgslOf } from './kernel_wgsl'
import { writeSection } from './section'

const { values: options } = parseArgs({ options: { tool: { type: 'string' }, write: { type: 'boolean' } } })
if (!options.tool) {
  console.error('--tool is missing; it must name the script of isa-cost: npm run isa-cost -- --tool …/isa-cost.cjs')
  process.exit(2)
}

const codes = compileAll(options.tool)
const markdown = [gpuTable(), pathTable(codes), registers(codes)].join('\n\n')
console.log(`\n${markdown}`)
if (options.write) await writeSection('isa-cost', markdown, 'performance.md')

function compileAll(tool: string): Map<Path, Map<string, Code>> {
  const families = [...new Set(GPUS.map(({ family }) => family))]
  const bar = new SingleBar({
    format: '{bar} {value} of {total}, {eta_formatted} left: {now}',
    noTTYOutput: true,
    notTTYSchedule: 60_000,
  })
  bar.start(PATHS.length, 0, { now: '' })
  const codes = new Map(
    PATHS.map((path) => {
      bar.increment({ now: path.name })
      return [path, compile(tool, wgslOf(path.kernel), families)]
    }),
  )
  bar.stop()
  return codes
}

function gpuTable(): string {
  const rows = GPUS.map((gpu) => {
    const { name, lanes, ghz, gbPerSecond } = gpu
    return [name, lanes, ghz, gbPerSecond, balanceOf(gpu, 4).toFixed(0)]
  })
  return table([['GPU', 'lanes', 'GHz', 'GB/s', 'cycles in the time of 4 bytes'], ...rows])
}

function pathTable(codes: Map<Path, Map<string, Code>>): string {
  const head = ['kernel, path', 'RDNA2', 'RDNA3', 'bytes', ...GPUS.map(({ name }) => name), 'what would move it']
  const rows = [...codes].map(([path, byFamily]) => {
    const cycles = (family: string) => path.cycles(byFamily.get(family)!)
    const times = GPUS.map((gpu) => {
      const { ns, limit } = timeOf(gpu, cycles(gpu.family), path.bytes)
      return `${ns.toPrecision(2)} ${limit === 'memory' ? 'm' : '**a**'}`
    })
    return [path.name, shown(cycles('NAVI21')), shown(cycles('GFX1100')), path.bytes, ...times, path.moves]
  })
  return table([head, ...rows])
}

function registers(codes: Map<Path, Map<string, Code>>): string {
  const all = [...codes.values()].flatMap((byFamily) => [...byFamily.values()])
  const most = (value: (code: Code) => number) => Math.max(...all.map(value))
  return `At most ${most((code) => code.registers)} vector registers, ${most((code) => code.spills)} of them spilled.`
}

function shown(cycles: number): string {
  return cycles < 10 ? cycles.toFixed(1) : cycles.toFixed(0)
}

function table([head, ...rows]: (string | number)[][]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}
