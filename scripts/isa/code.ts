import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Vector cycles of one SIMD for 32 lanes, and memory instructions, of some code run once. */
export interface Cost {
  cycles: number
  memory: number
}

export interface Loop {
  /** Numbers of its first and last basic block. */
  first: number
  last: number
  /** How many loops it stands in. */
  depth: number
  /** A turn with every block run once, and the cheapest way round. */
  all: Cost
  least: Cost
}

/** A kernel as one driver compiles it. */
export interface Code {
  registers: number
  spills: number
  program: Cost
  loops: Loop[]
  blocks: Map<number, Cost>
}

/** What isa-cost, at `tool`, says of a kernel's WGSL, by GPU family. */
export function compile(tool: string, wgsl: string, families: string[]): Map<string, Code> {
  const folder = mkdtempSync(join(tmpdir(), 'isa-'))
  try {
    const file = join(folder, 'kernel.wgsl')
    writeFileSync(file, wgsl)
    const args = [tool, file, 'main', '--family', families.join(','), '--blocks']
    return parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/**
 * The output of isa-cost with --blocks: a table of statistics with a column for each family, then for each a table of counts, whose
 * columns end in vmem, branch, other, VALU cycles, slow cycles.
 */
export function parse(text: string): Map<string, Code> {
  const [statistics, ...tables] = text.trim().split(/\n(?=\S+ +mul32 )/)
  const statistic = (name: string, i: number) => {
    const line = statistics.split('\n').find((line) => line.startsWith(name))
    if (!line) throw new Error(`isa-cost says nothing of ${name}:\n${statistics}`)
    return Number(line.slice(name.length).trim().split(/\s+/)[i])
  }
  return new Map(
    tables.map((table, i) => {
      const [head, ...lines] = table.split('\n')
      const code: Code = {
        registers: statistic('VGPRs', i),
        spills: statistic('Spilled VGPRs', i),
        program: { cycles: NaN, memory: NaN },
        loops: [],
        blocks: new Map(),
      }
      for (const line of lines) read(line, code)
      return [head.split(' ')[0], code]
    }),
  )
}

function read(line: string, code: Code): void {
  const match = /^( *)(program|loop|least|BB(\d+)).*?((?: +\d+){13}) *$/.exec(line)
  if (!match) return
  const [, indent, kind, block, columns] = match
  const numbers = columns.trim().split(/ +/).map(Number)
  const cost = { cycles: Math.max(numbers[11], numbers[12]), memory: numbers[8] }
  if (kind === 'program') code.program = cost
  else if (kind === 'least') code.loops[code.loops.length - 1].least = cost
  else if (kind === 'loop') {
    const [first, last] = [...line.matchAll(/BB(\d+)/g)].map(([, number]) => Number(number))
    code.loops.push({ first, last, depth: indent.length / 2, all: cost, least: cost })
  } else code.blocks.set(Number(block), cost)
}
