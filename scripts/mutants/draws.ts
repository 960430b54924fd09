/** Mistakes in what a row draws with, in draws, and in how they are shared between rows, lanes and workgroups. */
import { contract, type Mutant, type NamedTest, shaders, statistic, test, twin } from './mutant'

const words = { shader: shaders('shared/words'), twin: twin('noise/words') }
const settings = { shader: shaders('shared/row_settings_uniform'), twin: twin('settings') }
const scan = { shader: shaders('shared/scan'), twin: twin('operations/sample/scan') }
const score = { shader: shaders('shared/score'), twin: twin('operations/sample/score') }
/** Draws short rows, on the GPU where scores are not wanted. */
const contest = { shader: shaders('shared/contest'), twin: twin('operations/sample/contest') }
const WORDS = test('words are the contract’s')
const SAME_AS_CONTRACT = test('draws and scores are the contract’s')
const FIRST = test('the first of equal scores wins')
const INVALID = test('rows without a distribution are told')
const PAST = test('no class past a row’s last is drawn')
const SAME_DRAWS = { file: 'test/gpu/sample.test.ts', name: 'GPU draws are CPU draws V = 257' }
const SHORT_DRAWS = { file: 'test/gpu/sample.test.ts', name: 'GPU draws are CPU draws a batch of [4097, 100]' }
const EXTREMES = { file: 'test/gpu/extremes.test.ts', name: 'the extremes of noise no class that wins is skipped' }
const lazy = (kind: string): NamedTest => ({
  file: 'test/cpu/sample.test.ts',
  name: `a lazy draw on the CPU is the draw with the noise of every class computed: ${kind} logits`,
})
const skips = (name: string): NamedTest => ({
  file: 'test/cpu/scan.test.ts',
  name: `what a draw skips on the CPU ${name}`,
})
const tiling = (name: string): NamedTest => ({
  file: 'test/gpu/tiling.test.ts',
  name: `draws do not depend on how the work is cut ${name}`,
})

export const DRAWS: readonly Mutant[] = [
  {
    name: 'a stream shared between rows',
    shader: [settings.shader('settings.stream += row * params.stream_stride;', '')],
    twin: [settings.twin('settings.stream + row * settings.streamStride', 'settings.stream')],
    killedBy: contract(SAME_AS_CONTRACT, {
      shader: [{ file: 'test/gpu/sample.test.ts', name: 'GPU draws are CPU draws a batch of [600, 1024]' }],
      twin: [
        {
          file: 'test/cpu/statistics.test.ts',
          name: 'Gumbel-max draws from softmax(logits / temperature): chi-squared over rows',
        },
      ],
      both: statistic('words along streams: pairs 1 apart').both,
    }),
  },
  {
    name: 'a row’s own stream ignored',
    shader: [
      shaders('shared/row_settings_buffer')(
        'return row_settings[row];',
        'var own = row_settings[row]; own.stream = 0u; return own;',
      ),
    ],
    twin: [settings.twin('out.stream = rows.words[at + WORD_OF.stream]', 'out.stream = 0')],
    killedBy: contract(WORDS, {
      twin: [
        {
          file: 'test/cpu/sample.test.ts',
          name: 'a lazy draw on the CPU takes one seed, stream and temperature a row',
        },
      ],
    }),
  },
  {
    name: 'the seed’s high word ignored',
    shader: [settings.shader('settings.stream +=', 'settings.seed.y = 0u; settings.stream +=')],
    twin: [settings.twin('out.seedHigh = settings.seedHigh', 'out.seedHigh = 0')],
    killedBy: contract(WORDS, { ...statistic('words: one bit of the seed flipped') }),
  },
  {
    name: 'a step that is taken for a stream',
    shader: [
      scan.shader(
        'group, row.stream, row.step, draw + TAG_HIGH)',
        'group, row.stream + row.step, 0u, draw + TAG_HIGH)',
      ),
    ],
    twin: [
      words.twin('group, stream, step, number, seedLow', 'group, stream + step, 0, number, seedLow'),
      words.twin('group, stream, step, number + TAG_LOW', 'group, stream + step, 0, number + TAG_LOW'),
    ],
    killedBy: contract(SAME_AS_CONTRACT, { twin: [lazy('normal')] }),
  },
  {
    name: 'noise shared between the draws of a row',
    shader: [scan.shader('draw + TAG_HIGH', 'TAG_HIGH'), scan.shader('draw + TAG_LOW', 'TAG_LOW')],
    twin: [
      words.twin('group, stream, step, number, seedLow', 'group, stream, step, 0, seedLow'),
      words.twin('group, stream, step, number + TAG_LOW', 'group, stream, step, TAG_LOW'),
    ],
    killedBy: contract(SAME_AS_CONTRACT, {
      both: statistic('draws: the winner’s score (Kolmogorov-Smirnov)').both,
    }),
  },
  {
    name: 'a class offset that the noise ignores',
    shader: [scan.shader('params.class_offset / 8u + group, row.stream', 'group, row.stream')],
    twin: [scan.twin('const group = (classOffset + first) >>> 3', 'const group = first >>> 3')],
    killedBy: contract(SAME_AS_CONTRACT, { twin: [lazy('normal')] }),
  },
  {
    name: 'an off-by-one class',
    shader: [scan.shader('let class_ = params.class_offset + c;', 'let class_ = params.class_offset + c + 1u;')],
    twin: [scan.twin('classNumber = classOffset + first + i', 'classNumber = classOffset + first + i + 1')],
    killedBy: contract(SAME_AS_CONTRACT, { shader: [SAME_DRAWS], twin: [lazy('flat')] }),
  },
  {
    name: 'the noise of the class beside',
    shader: [scan.shader('word_of(Halves(high, low), i)', 'word_of(Halves(high, low), (i + 1u) & 7u)')],
    twin: [scan.twin('wordOf(high, low, i)', 'wordOf(high, low, (i + 1) & 7)')],
    killedBy: contract(SAME_AS_CONTRACT, { shader: [SAME_DRAWS], twin: [lazy('normal')] }),
  },
  {
    name: 'noise that the temperature does not scale',
    shader: [score.shader('opaque(temperature * gumbels, params.zero)', 'gumbels')],
    twin: [score.twin('f(temperature * gumbel)', 'gumbel')],
    killedBy: contract(SAME_AS_CONTRACT, { shader: [SAME_DRAWS], twin: [lazy('normal')] }),
  },
  {
    name: 'a bound on the noise that is too tight',
    shader: [scan.shader('UPPER = 110.21041', 'UPPER = 110.01')],
    twin: [scan.twin('UPPER = 99.12005', 'UPPER = 98.92')],
    killedBy: {
      shader: [{ file: 'test/gpu/bounds.test.ts', name: 'the bounds of all 65,536 high halves enclose the noise' }],
      twin: [lazy('normal'), skips('is no noise above the bounds of all 65,536 high halves')],
    },
  },
  {
    name: 'noise that is thought to end a little sooner',
    shader: [scan.shader('select(22.9, 45.1, EXTENDED)', 'select(22.8, 22.9, EXTENDED)')],
    twin: [
      scan.twin('const MAX_GUMBEL = 22.9', 'const MAX_GUMBEL = 22.8'),
      scan.twin('MAX_TAIL_GUMBEL = 45.1', 'MAX_TAIL_GUMBEL = 22.9'),
    ],
    killedBy: {
      shader: [EXTREMES],
      twin: [skips('is no class that wins: the greatest noise wins, T 1, ')],
      both: [EXTREMES],
    },
  },
  {
    name: 'the least noise thought greater than it is',
    shader: [],
    twin: [scan.twin('MIN_GUMBEL = -3.2', 'MIN_GUMBEL = -3')],
    killedBy: { twin: [skips('is no class that wins: the least noise loses, T 1, ')] },
  },
  {
    name: 'draws of rounded scores',
    shader: [
      score.shader(
        'let rest = opaque(smaller - opaque(scores - larger, params.zero), params.zero);',
        'let rest = vec4<f32>();',
      ),
    ],
    twin: [score.twin('product - (score - term)', '0'), score.twin('term - (score - product)', '0')],
    killedBy: {
      shader: [
        { file: 'test/gpu/exact_scores.test.ts', name: 'ten equal logits of -10000000 are drawn equally often' },
      ],
      twin: [{ file: 'test/cpu/fuzz_draws.test.ts', name: 'an offset that keeps the logits exact changes no draw' }],
    },
  },
  {
    name: 'float16 subnormals that count as 0',
    shader: [shaders('shared/float16')('vec4<f32>(size) * 0x1p-24', 'vec4<f32>()')],
    twin: [twin('halves')('-size : size', '-0 : 0')],
    killedBy: {
      shader: [{ file: 'test/gpu/logits_types.test.ts', name: 'float16 logits' }],
      twin: [{ file: 'test/cpu/logits_types.test.ts', name: 'each of the 65,536 is widened exactly' }],
    },
  },
  {
    name: 'ties to the last',
    shader: [scan.shader('remainder > best.remainder', 'remainder >= best.remainder')],
    twin: [scan.twin('rest > remainder', 'rest >= remainder')],
    killedBy: contract(FIRST, { shader: [SAME_DRAWS], twin: [lazy('ties')] }),
  },
  {
    name: 'ties to the last lane',
    shader: [shaders('shared/best')('b.class_ < a.class_', 'b.class_ > a.class_')],
    twin: [],
    killedBy: { shader: [tiling('with any number of lanes a row')] },
  },
  {
    name: 'an off-by-one class in short rows',
    shader: [
      contest.shader(
        'found.class_ = params.class_offset + c.fours',
        'found.class_ = 1u + params.class_offset + c.fours',
      ),
    ],
    twin: [contest.twin('classOffset + winner', 'classOffset + winner + 1')],
    killedBy: contract(SAME_AS_CONTRACT, { shader: [SHORT_DRAWS] }),
  },
  {
    name: 'noise shared between the draws of a short row',
    shader: [contest.shader('draw + TAG_HIGH', 'TAG_HIGH')],
    twin: [
      contest.twin(
        'drawHigh(high, firstGroup + (c >> 3), draw)',
        'drawHigh(high, firstGroup + (c >> 3), { ...draw, number: 0 })',
      ),
    ],
    killedBy: contract(SAME_AS_CONTRACT, {
      shader: [{ file: 'test/gpu/battery.test.ts', name: 'passes draws along samples: classes' }],
      twin: [
        {
          file: 'test/cpu/statistics.test.ts',
          name: 'Gumbel-max draws from softmax(logits / temperature): chi-squared over samples',
        },
      ],
    }),
  },
  {
    name: 'ties to the last in short rows',
    shader: [contest.shader('remainder > found.remainder', 'remainder >= found.remainder')],
    twin: [contest.twin('c < winner', 'c > winner')],
    killedBy: contract(FIRST),
  },
  {
    name: 'short rows that half words alone decide',
    shader: [contest.shader('is_score(found.key) && open', 'false')],
    twin: [],
    killedBy: { shader: [FIRST('test/gpu/contract.test.ts'), SHORT_DRAWS] },
  },
  {
    name: 'too little slack for what half words leave open',
    shader: [contest.shader('1e-5 + 1.1 *', '1e-5 + 0.4 *')],
    twin: [],
    killedBy: {
      shader: [
        { file: 'test/gpu/bounds.test.ts', name: 'the likely noise of all 65,536 high halves is within its slack' },
      ],
    },
  },
  {
    name: 'an unmasked tail of the last eight classes',
    shader: ['logits_f32', 'logits_f32x4'].flatMap((file) => [
      shaders(`shared/${file}`)('if (c >= params.classes) {', 'if (false) {'),
      shaders(`shared/${file}`)(
        file === 'logits_f32'
          ? 'select(vec4<u32>(NEGATIVE_INFINITY), nearest, places_of(four) < vec4<u32>(params.classes))'
          : 'select(vec4<u32>(NEGATIVE_INFINITY), nearest, four * 4u < params.classes)',
        'nearest',
      ),
    ]),
    twin: [scan.twin('const end = Math.min(first + 8, numClasses)', 'const end = first + 8')],
    killedBy: contract(PAST),
  },
  {
    name: 'missing validity',
    shader: [scan.shader('best.key = checked_key(best.key, validity, temperature);', '')],
    twin: [
      twin('operations/sample/validity')('if (largest === Infinity) return STATUS_POSITIVE_INFINITY', ''),
      twin('operations/sample/validity')('largest === largest ? STATUS_OK : STATUS_NAN', 'STATUS_OK'),
    ],
    killedBy: contract(INVALID, {
      shader: [
        {
          file: 'test/gpu/invalid_rows.test.ts',
          name: 'rows without a distribution are found among rows that have one, V = 257',
        },
      ],
    }),
  },
  {
    name: 'the first row of a slice forgotten',
    shader: [
      shaders('sample/draw')(
        'row_settings_of(params.first_row + select(0u, row, inside))',
        'row_settings_of(select(0u, row, inside))',
      ),
    ],
    twin: [],
    killedBy: { shader: [tiling('[40, 100], stride 130')] },
  },
  {
    name: 'the last group of a part forgotten',
    shader: [shaders('shared/part')('min(first + length, groups)', 'min(first + length - 1u, groups)')],
    twin: [],
    killedBy: { shader: [tiling('[2, 4100], stride 4104')] },
  },
]
