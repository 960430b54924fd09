import type { Kernel, Modules } from '../../src/gpu/kernel'
import { KERNEL_VARIANTS } from '../kernel_variants'
import type { Code, Loop } from './code'

/** A way through a kernel that most elements take. */
export interface Path {
  name: string
  kernel: Kernel
  /** Cycles an element. */
  cycles: (code: Code) => number
  /** Read and written an element. */
  bytes: number
  /** What would make it faster. */
  moves: string
}

/** With vector loads and float32 samples; with subgroups where several lanes share a row. */
function variant(name: Kernel['name'], constants: Record<string, number> = {}, modules: Modules = {}): Kernel {
  const has = (all: Record<string, unknown>, part: object) =>
    Object.entries(part).every(([key, value]) => all[key] === value)
  const found = KERNEL_VARIANTS.filter(
    (kernel) => kernel.name === name && has(kernel.constants, constants) && has(kernel.modules, modules),
  )
  if (found.length === 0) throw new Error(`there is no variant of ${name} with ${JSON.stringify(constants)}`)
  // Those with vector loads come first.
  return found.find(({ modules }) => 'shared/reduce_workgroup' in modules) ?? found[0]
}

/** The gradient by one of the ways to find that of a draw. */
function gradient(draw: string, constants: Record<string, number>): Kernel {
  return variant('gumbel_softmax_backward/whole', constants, {
    'gumbel_softmax_backward/draw_held': `gumbel_softmax_backward/${draw}`,
  })
}

/** The loops over elements: those that read or write buffers. */
function passes(code: Code, depth = 0): Loop[] {
  return code.loops.filter((loop) => loop.depth === depth && loop.all.memory > 0)
}

/** All blocks of the passes, each of which takes `elements` a turn. */
function allOf(elements: number, depth = 0): Path['cycles'] {
  return (code) => passes(code, depth).reduce((sum, loop) => sum + loop.all.cycles, 0) / elements
}

function pass(number: number, depth = 0): Path['cycles'] {
  return (code) => passes(code, depth)[number].all.cycles / 8
}

/** The whole program, where a lane's elements stand in no loop. */
function straight(elements: number): Path['cycles'] {
  return (code) => code.program.cycles / elements
}

/** A lane's first pass is the scan, whose cheapest way round skips Philox. */
const skipping: Path['cycles'] = (code) => passes(code)[0].least.cycles / 8

/** The same and its largest block outside inner loops, which is Philox and the test of the group by its smallest half. */
const bounding: Path['cycles'] = (code) => {
  const [{ first, last, least }] = passes(code)
  const inner = passes(code, 1)
  const own = [...code.blocks].filter(
    ([n]) => n >= first && n <= last && !inner.some((loop) => n >= loop.first && n <= loop.last),
  )
  return (least.cycles + Math.max(...own.map(([, cost]) => cost.cycles))) / 8
}

/** Straight code but for a loop that decides open contests, which few lanes have, and, in one kernel, one that writes eight a turn. */
function contest(classes: number): Path['cycles'] {
  return (code) => {
    const [open, eight] = passes(code)
    const more = eight ? (Math.ceil(classes / 8) - 1) * eight.all.cycles : 0
    return (code.program.cycles - open.all.cycles + more) / classes
  }
}

/** What draws adjust logits with as they read them. */
const WITH = {
  bias: withModules('penalized', 'bitmask'),
  penalties: withModules('bias', 'bitmask'),
  bitmask: withModules('bias', 'penalized'),
}

function withModules(...without: string[]): Modules {
  const left = without.map((name) => [`adjust/${name}`, `adjust/no_${name}`])
  return { 'shared/logits': 'adjust/logits', ...Object.fromEntries(left) }
}

const LANES = 64
/** Classes of a block, whose loop a driver may have written out. */
const BLOCK = 64
const ofBlock: Path['cycles'] = (code) => (passes(code).length > 0 ? allOf(4)(code) : straight(BLOCK)(code))

export const PATHS: Path[] = [
  {
    name: '`filter/tops`: the read of draws with filters',
    kernel: variant('filter/tops'),
    cycles: ofBlock,
    bytes: 4,
    moves: 'float16 logits',
  },
  {
    name: 'the same with a bitmask',
    kernel: variant('filter/tops', {}, WITH.bitmask),
    cycles: ofBlock,
    bytes: 4.125,
    moves: 'float16 logits',
  },
  {
    name: 'the same with a bias',
    kernel: variant('filter/tops', {}, WITH.bias),
    cycles: ofBlock,
    bytes: 8,
    moves: 'one bias for all rows, in a cache',
  },
  {
    name: 'the same with penalties, of which few classes have any',
    kernel: variant('filter/tops', {}, WITH.penalties),
    cycles: ofBlock,
    bytes: 4.125,
    moves: 'marks read once a block',
  },
  {
    name: '`adjust/adjust`: the pass of draws that cannot, with all three',
    kernel: variant('adjust/adjust', {}, { 'adjust/bias': 'adjust/biasx4' }),
    cycles: allOf(4),
    bytes: 12.25,
    moves: 'fewer bindings of the kernels that draw',
  },
  {
    name: '`sample/draw`, `sample/draw_part`: Philox skipped',
    kernel: variant('sample/draw', { LANES, LOG_PROBS: 0 }),
    cycles: skipping,
    bytes: 4,
    moves: 'float16 logits',
  },
  {
    name: 'the same with a bitmask',
    kernel: variant('sample/draw', { LANES, LOG_PROBS: 0 }, WITH.bitmask),
    cycles: skipping,
    bytes: 4.125,
    moves: 'float16 logits',
  },
  {
    name: '`sample/draw` without: high halves drawn and bounded',
    kernel: variant('sample/draw', { LANES, LOG_PROBS: 0 }),
    cycles: bounding,
    bytes: 4,
    moves: 'float16 logits',
  },
  {
    name: '`sample/draw` with log-probabilities: Philox skipped',
    kernel: variant('sample/draw', { LANES, LOG_PROBS: 1 }),
    cycles: skipping,
    bytes: 4,
    moves: 'float16 logits',
  },
  {
    name: '`sample/draw_short`, 10 classes',
    kernel: variant('sample/draw_short', { FOURS: 3, ONE_DRAW: 1 }),
    cycles: contest(10),
    bytes: 4,
    moves: 'noise: six of sixteen words are not used',
  },
  {
    name: '`sample/draw_short`, 4 classes',
    kernel: variant('sample/draw_short', { FOURS: 1, ONE_DRAW: 1 }),
    cycles: contest(4),
    bytes: 5,
    moves: 'noise: half of a block is not used',
  },
  {
    name: '`gumbel_softmax/held`, held, 64 lanes x 2 groups',
    kernel: variant('gumbel_softmax/held', { LANES, FOURS: 4 }),
    cycles: straight(16),
    bytes: 8,
    moves: 'noise',
  },
  {
    name: 'the same, a lane for 4 classes',
    kernel: variant('gumbel_softmax/held', { LANES: 1, FOURS: 1 }),
    cycles: straight(4),
    bytes: 8,
    moves: 'noise: half of each block is not used',
  },
  {
    name: '`gumbel_softmax/long`, both reads',
    kernel: variant('gumbel_softmax/long'),
    cycles: allOf(8),
    bytes: 16,
    moves: 'noise where rows stay in a cache',
  },
  {
    name: '`gumbel_softmax/part`',
    kernel: variant('gumbel_softmax/part'),
    cycles: pass(0),
    bytes: 8,
    moves: 'noise',
  },
  {
    name: '`gumbel_softmax/finish`',
    kernel: variant('gumbel_softmax/finish'),
    cycles: pass(1),
    bytes: 8,
    moves: 'float16 samples',
  },
  {
    name: '`gumbel_softmax/hard`: Philox skipped',
    kernel: variant('gumbel_softmax/hard'),
    cycles: (code) => skipping(code) + pass(1)(code),
    bytes: 8,
    moves: 'float16 samples',
  },
  {
    name: '`gumbel_softmax/hard_short`, 10 classes',
    kernel: variant('gumbel_softmax/hard_short', { FOURS: 3, ONE_DRAW: 1 }),
    cycles: contest(10),
    bytes: 8,
    moves: 'noise: six of sixteen words are not used',
  },
  {
    name: '`gumbel_softmax/hard_finish`',
    kernel: variant('gumbel_softmax/hard_finish'),
    cycles: pass(1),
    bytes: 4,
    moves: 'float16 samples',
  },
  {
    name: '`gumbel_softmax_backward/draw_held`, 64 x 2',
    kernel: variant('gumbel_softmax_backward/whole', { LANES, FOURS: 4, ONE_DRAW: 1 }),
    cycles: straight(16),
    bytes: 12,
    moves: 'noise',
  },
  {
    name: '`gumbel_softmax_backward/draw_long`, scores held',
    kernel: gradient('draw_long', { ONE_DRAW: 1 }),
    cycles: allOf(8),
    bytes: 24,
    moves: 'reading values once',
  },
  {
    name: 'the same, several draws: noise made twice',
    kernel: gradient('draw_long', { ONE_DRAW: 0 }),
    cycles: allOf(8, 1),
    bytes: 24,
    moves: 'noise; reading logits and values once',
  },
  {
    name: '`gumbel_softmax_backward/part`',
    kernel: variant('gumbel_softmax_backward/part'),
    cycles: pass(0),
    bytes: 12,
    moves: 'noise',
  },
  {
    name: '`gumbel_softmax_backward/finish`',
    kernel: variant('gumbel_softmax_backward/finish'),
    cycles: pass(1, 1),
    bytes: 12,
    moves: 'float16 values',
  },
  {
    name: '`gumbel_softmax_backward/draw_from_held_samples`, 64 x 4',
    kernel: gradient('draw_from_held_samples', { LANES, FOURS: 4, ONE_DRAW: 1 }),
    cycles: straight(16),
    bytes: 16,
    moves: 'float16 values',
  },
  {
    name: '`gumbel_softmax_backward/draw_from_samples`',
    kernel: gradient('draw_from_samples', { ONE_DRAW: 1 }),
    cycles: allOf(4),
    bytes: 24,
    moves: 'reading values and samples once',
  },
  {
    name: '`gumbel_softmax_backward/sum_parts`, of each part',
    kernel: variant('gumbel_softmax_backward/sum_parts', { LARGEST: 0 }),
    cycles: (code) => code.loops[0].all.cycles,
    bytes: 4,
    moves: 'fewer parts',
  },
  {
    name: '`gumbel_given_index/given_noise`, at least',
    kernel: variant('gumbel_given_index/given_noise'),
    cycles: (code) => (passes(code)[0].all.cycles + passes(code)[1].least.cycles) / 8,
    bytes: 12,
    moves: 'reading logits once',
  },
  {
    name: '`concrete_log_prob/density`, three reads',
    kernel: variant('concrete_log_prob/density'),
    cycles: allOf(4),
    bytes: 24,
    moves: 'an online sum, to read once',
  },
  {
    name: '`noise/generate`, bits',
    kernel: variant('noise/generate', { KIND: 0 }),
    cycles: straight(8),
    bytes: 4,
    moves: 'noise',
  },
  {
    name: '`noise/generate`, gumbel',
    kernel: variant('noise/generate', { KIND: 3 }),
    cycles: straight(8),
    bytes: 4,
    moves: 'noise',
  },
  {
    name: '`noise/digest`',
    kernel: variant('noise/digest'),
    cycles: (code) => Math.max(...code.loops.map((loop) => loop.all.cycles)) / 4,
    bytes: 0,
    moves: 'noise',
  },
]
