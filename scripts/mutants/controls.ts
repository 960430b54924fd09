/** Mistakes in filters, biases, penalties and masks. */
import { type Mutant, onGpu, shaders, twin } from './mutant'

const adjust = twin('adjust/compute')
const SAME_ADJUSTED = 'draw what the CPU draws, with the plans of a GPU'

/** Killed by a test of the CPU that computes it plainly, and by one of the GPU. */
function adjusted(onCpu: string, onGpu = SAME_ADJUSTED): Mutant['killedBy'] {
  const of = (where: string, name: string) => ({
    file: `test/${where}/adjustments.test.ts`,
    name: `bias, penalties and bitmask ${name}`,
  })
  return { shader: [of('gpu', onGpu)], twin: [of('cpu', onCpu)], both: [of('cpu', onCpu)] }
}

/** A test of logits that are adjusted as they are read. */
const read = (name: string) => onGpu('adjusted_reads', `a bias or a bitmask that draws read with the logits ${name}`)

/** A test of draws of top-p alone. */
const topP = (name: string) => onGpu('top_p', `draws of top-p alone are those of the CPU ${name}`)

export const CONTROLS: readonly Mutant[] = [
  {
    name: 'top-p that keeps the class at which its part is reached and one more',
    shader: [
      shaders('filter/choose')('i < kept && less64(sum, share)', 'i < kept && !less64(share, sum)'),
      shaders('filter/narrow')(
        'let wanted = workgroupUniformLoad(&sh_wanted);',
        'let wanted = workgroupUniformLoad(&sh_wanted) + 1u;',
      ),
    ],
    twin: [twin('operations/sample/kept')('low < shareLow', 'low <= shareLow')],
    killedBy: {
      shader: [{ file: 'test/gpu/filters.test.ts', name: 'ties logits, filters a row' }],
      twin: [{ file: 'test/cpu/filters.test.ts', name: 'top-p keeps no class at whose begin its part is reached' }],
    },
  },
  {
    name: 'top-k that takes the higher of equal classes',
    shader: [shaders('filter/candidates')('atomicLoad(&sh_high[j]) < column', 'atomicLoad(&sh_high[j]) > column')],
    twin: [
      twin('operations/sample/kept')(
        'keyOf(logit)) * MOST_FILTERED + c',
        'keyOf(logit)) * MOST_FILTERED + (MOST_FILTERED - 1 - c)',
      ),
    ],
    killedBy: {
      shader: [{ file: 'test/gpu/filters.test.ts', name: 'ties logits, filters a row' }],
      twin: [{ file: 'test/cpu/fuzz_filters.test.ts', name: 'filters keep and draw what a reference' }],
    },
  },
  {
    name: 'min-p alone that keeps classes below its line',
    shader: [shaders('filter/choose')('last = Last(end, found);', 'last = Last(End(KEY_LOWEST, end.column), found);')],
    twin: [],
    killedBy: { shader: [onGpu('filters', 'min-p alone draws what the CPU draws')] },
  },
  {
    name: 'buckets of keys whose last class is left out of ranks',
    shader: [
      shaders('filter/candidates')('for (var j = place; j < end; j++)', 'for (var j = place; j + 1u < end; j++)'),
    ],
    twin: [],
    killedBy: { shader: [onGpu('filters', 'GPU keeps and draws what the CPU does normal logits, filters a row')] },
  },
  {
    name: 'draws without replacement that leave the order of remainders out',
    shader: [
      shaders('ordered/score')(
        '(remainders > vec4<f32>(mine.remainder)) |',
        '(remainders < vec4<f32>(mine.remainder)) |',
      ),
    ],
    twin: [twin('operations/sample/ordered')('remainders[b] - remainders[a] || a - b', 'a - b')],
    killedBy: {
      shader: [{ file: 'test/gpu/replacement.test.ts', name: 'buried logits' }],
      twin: [{ file: 'test/cpu/replacement.test.ts', name: 'of buried logits' }],
    },
  },
  {
    name: 'runs that are merged as if the last of a row were whole',
    shader: [
      shaders('ordered/merge')(
        'length_of_run(min(params.run_groups, groups_of_row() - run * params.run_groups))',
        'length_of_run(params.run_groups)',
      ),
    ],
    twin: [],
    killedBy: { shader: [{ file: 'test/gpu/replacement.test.ts', name: 'normal logits' }] },
  },
  {
    name: 'missing draws that say class 0',
    shader: [shaders('ordered/write')('mine.key == KEY_NONE && first.key != KEY_NONE', 'false')],
    twin: [twin('operations/sample/ordered')('if (data[begin + c] !== -Infinity) columns', 'columns')],
    killedBy: {
      shader: [{ file: 'test/gpu/replacement.test.ts', name: 'masked logits' }],
      twin: [{ file: 'test/cpu/replacement.test.ts', name: 'of masked logits' }],
    },
  },
  {
    name: 'lists that go beyond what filters keep',
    shader: [shaders('log_probs/count_kept')('kept_counts[params.rows_in_offset + row]', '0xffffffffu')],
    twin: [twin('operations/sample/log_probs')('kept ?? keptOf(', 'keptOf(')],
    killedBy: {
      shader: [{ file: 'test/gpu/log_probs.test.ts', name: 'of normal logits' }],
      twin: [{ file: 'test/cpu/log_probs.test.ts', name: 'of normal logits' }],
    },
  },
  {
    name: 'raw log-probabilities at the temperature of the row',
    shader: [shaders('log_probs/raw')('Odds(sums.x, sums.y, 1.0)', 'Odds(sums.x, sums.y, 2.0)')],
    twin: [twin('operations/sample/log_probs')('largest, 1), temperature: 1 }', 'largest, 2), temperature: 2 }')],
    killedBy: {
      shader: [{ file: 'test/gpu/log_probs.test.ts', name: 'of normal logits' }],
      twin: [{ file: 'test/cpu/log_probs.test.ts', name: 'of normal logits' }],
    },
  },
  {
    name: 'top-p that keeps what was drawn first',
    shader: [shaders('nucleus/turn')('top_p >= 1.0 ||', 'top_p >= 0.0 ||')],
    twin: [],
    killedBy: { shader: [topP('where the class is outside once, twice and more often')] },
  },
  {
    name: 'top-p that keeps a class too near the part to tell',
    shader: [shaders('nucleus/turn')('ERROR = 0x1p-12', 'ERROR = -0x1p-12')],
    twin: [],
    killedBy: { shader: [topP('where the mass before the class is the part')] },
  },
  {
    name: 'top-p of the mass without what was left out',
    shader: [shaders('nucleus/turn')('top_p * (mass + stage.skipped)', 'top_p * mass')],
    twin: [],
    killedBy: { shader: [topP('where the mass before the class is nearer to the part than what was left out')] },
  },
  {
    name: 'top-p of few blocks, though what is kept reaches farther',
    shader: [shaders('nucleus/turn')('above * (1.0 - ERROR) < most', 'above > most')],
    twin: [],
    killedBy: { shader: [topP('where few blocks have most of the mass, and what is kept reaches farther')] },
  },
  {
    name: 'a class counts as before itself',
    shader: [
      shaders('nucleus/test')(
        'let until = end_before(stage.key, stage.column);',
        'let until = End(stage.key, stage.column);',
      ),
    ],
    twin: [],
    killedBy: { shader: [topP('where the mass before the class is the part')] },
  },
  {
    name: 'a draw goes by a block of which it needs a part',
    shader: [shaders('nucleus/groups')('block * 64u, row_reach)', 'block * 64u + 63u, row_reach)')],
    twin: [],
    killedBy: { shader: [topP('where a part of a block is before the class that is outside')] },
  },
  {
    name: 'masses by a rate that is rounded up',
    shader: [shaders('shared/mass')('((quotient >> wide) & 0x7fffffu)', '(((quotient >> wide) + 1u) & 0x7fffffu)')],
    twin: [twin('operations/sample/mass')('return whole * 2', 'return (whole + 2) * 2')],
    killedBy: {
      twin: [{ file: 'test/cpu/filters.test.ts', name: 'is rounded down to 24 bits' }],
    },
  },
  {
    name: 'the prompt is one token longer',
    shader: [shaders('adjust/count')('place < penalties.prompt_length', 'place <= penalties.prompt_length')],
    twin: [adjust('i < promptLength', 'i <= promptLength')],
    killedBy: adjusted('are rounded one after another'),
  },
  {
    name: 'repetition divides logits below 0 too',
    shader: [shaders('adjust/penalize')('select(row.repetition, row.inverse, positive)', 'row.inverse')],
    twin: [adjust('term > 0 ? term * inverse : term * repetition', 'term * inverse')],
    killedBy: adjusted('are rounded one after another'),
  },
  {
    name: 'a mask hides NaN',
    shader: [shaders('adjust/bitmask')(' | (bitcast<vec4<i32>>(logits) >= vec4<i32>(i32(POSITIVE_INFINITY)))', '')],
    twin: [adjust(' || data[c] === -Infinity || isInvalid(data[c])) continue', ' || data[c] === -Infinity) continue')],
    killedBy: adjusted('say of an invalid row what took its last class', 'hide no NaN and no +Infinity'),
  },
  {
    name: 'a bitmask read past the last class of its row',
    shader: [shaders('adjust/bits')('(places - first)', 'vec4<u32>(0u, 1u, 2u, 3u)')],
    twin: [],
    killedBy: { shader: [read('keeps as much beside a banned last class')] },
  },
  {
    name: 'the bias of the first row for all',
    shader: [shaders('adjust/logits')('params.bias_offset + row * params.bias_stride', 'params.bias_offset')],
    twin: [],
    killedBy: { shader: [read('draws what the CPU draws, by Gumbel-max')] },
  },
  {
    name: 'what took the last class looked for in a part of the row',
    shader: [shaders('adjust/find_taker')('four += params.parts', 'four += 2u * params.parts')],
    twin: [],
    killedBy: { shader: [read('says what took the last class of long rows')] },
  },
  {
    name: 'the mask takes what penalties took',
    shader: [shaders('adjust/find_taker')('masked4(left) & !masked4(less)', 'masked4(left) & !masked4(sums)')],
    twin: [],
    killedBy: {
      shader: [
        {
          file: 'test/gpu/adjustments.test.ts',
          name: 'bias, penalties and bitmask name the last that took a class',
        },
      ],
    },
  },
  {
    name: 'marks of penalized classes are left behind',
    shader: [shaders('adjust/clear')('task < params.rows * mark_words()', 'task < params.rows')],
    twin: [],
    killedBy: {
      shader: [
        { file: 'test/gpu/adjustments.test.ts', name: 'bias, penalties and bitmask go on from one call to the next' },
      ],
    },
  },
  {
    name: 'counts of tokens are left behind',
    shader: [
      shaders('adjust/counts')(
        'atomicExchange(&counts[row * params.classes + c], 0u)',
        'atomicLoad(&counts[row * params.classes + c])',
      ),
    ],
    twin: [],
    killedBy: {
      shader: [
        {
          file: 'test/gpu/adjustments.test.ts',
          name: 'bias, penalties and bitmask go on from one call to the next',
        },
      ],
    },
  },
]
