/** A text that stands once in a file, and what a mutant has in its place. */
export interface Edit {
  file: string
  find: string
  put: string
}

/** A test by its file and (the beginning of) its name. */
export interface NamedTest {
  file: string
  name: string
}

/** Where a mutation is applied: to the shader alone, to its CPU twin alone, or to both alike, so that GPU and CPU still agree. */
export const SIDES = ['shader', 'twin', 'both'] as const
export type Side = (typeof SIDES)[number]

/** A mistake that somebody could make, as edits of the real sources, and the tests that each must fail, by side. */
export interface Mutant {
  name: string
  shader: Edit[]
  twin: Edit[]
  killedBy: Partial<Record<Side, NamedTest[]>>
}

const shaders =
  (name: string) =>
  (find: string, put: string): Edit => ({ file: `shaders/${name}.wgsl`, find, put })
const twin =
  (name: string) =>
  (find: string, put: string): Edit => ({ file: `src/${name}.ts`, find, put })
const philox = { shader: shaders('shared/philox'), twin: twin('noise/philox') }
const words = { shader: shaders('shared/words'), twin: twin('noise/words') }
const noise = { shader: shaders('shared/noise'), twin: twin('noise/transform') }
const settings = { shader: shaders('shared/row_settings_uniform'), twin: twin('settings') }
const scan = { shader: shaders('shared/scan'), twin: twin('operations/sample/scan') }
const score = { shader: shaders('shared/score'), twin: twin('operations/sample/score') }
/** Draws short rows, on the GPU where scores are not wanted. */
const contest = { shader: shaders('shared/contest'), twin: twin('operations/sample/contest') }

const adjust = twin('adjust/compute')

const test =
  (name: string) =>
  (file: string): NamedTest => ({ file, name })
/** Tests of test/helpers/contract.ts, which both test/cpu and test/gpu run. */
const WORDS = test('words are the contract’s')
const DRAWS = test('draws and scores are the contract’s')
const LARGEST = test('the largest noise there is wins with its exact score')
const FIRST = test('the first of equal scores wins')
const INVALID = test('rows without a distribution are told')
const PAST = test('no class past a row’s last is drawn')
const GIVEN = test('noise given an index is the contract’s')

/** A test of draws of top-p alone. */
const topP = (name: string) => test(`draws of top-p alone are those of the CPU ${name}`)('test/gpu/top_p.test.ts')

/** Killed on each side by a test of the contract, and by others. */
function contract(
  of: (file: string) => NamedTest,
  { shader = [], twin = [], both = [] }: Partial<Record<Side, NamedTest[]>> = {},
): Mutant['killedBy'] {
  const [gpu, node] = [of('test/gpu/contract.test.ts'), of('test/cpu/contract.test.ts')]
  return { shader: [gpu, ...shader], twin: [node, ...twin], both: [gpu, ...both] }
}

const SAME_ADJUSTED = 'draw what the CPU draws, with the plans of a GPU'

/** Killed by a test of the CPU that computes it plainly, and by one of the GPU. */
function adjusted(onCpu: string, onGpu = SAME_ADJUSTED): Mutant['killedBy'] {
  const of = (where: string, name: string) => ({
    file: `test/${where}/adjustments.test.ts`,
    name: `bias, penalties and bitmask ${name}`,
  })
  return { shader: [of('gpu', onGpu)], twin: [of('cpu', onCpu)], both: [of('cpu', onCpu)] }
}

const KNOWN = {
  shader: [{ file: 'test/gpu/philox.test.ts', name: 'Philox4x32-10 in WGSL gives the known answers' }],
  twin: [{ file: 'test/cpu/philox.test.ts', name: 'Philox4x32-10 gives the known answer' }],
  both: [{ file: 'test/gpu/philox.test.ts', name: 'Philox4x32-10 in WGSL gives the known answers' }],
}

const SAME_NOISE = { file: 'test/gpu/noise.test.ts', name: 'noise() on the GPU is noise() on the CPU one row' }
const SAME_DRAWS = { file: 'test/gpu/sample.test.ts', name: 'GPU draws are CPU draws V = 257' }
const SHORT_DRAWS = { file: 'test/gpu/sample.test.ts', name: 'GPU draws are CPU draws a batch of [4097, 100]' }
const ACCURACY = { file: 'test/cpu/noise.test.ts', name: 'word to noise Gumbel is within an ulp' }
const lazy = (kind: string): NamedTest => ({
  file: 'test/cpu/sample.test.ts',
  name: `a lazy draw on the CPU is the draw with the noise of every class computed: ${kind} logits`,
})
const skips = (name: string): NamedTest => ({
  file: 'test/cpu/scan.test.ts',
  name: `what a draw skips on the CPU ${name}`,
})
const EXTREMES = { file: 'test/gpu/extremes.test.ts', name: 'the extremes of noise no class that wins is skipped' }
/** A statistical test of the battery, on the CPU and on the GPU, where it sees what GPU and CPU get wrong alike. */
const statistic = (name: string): Partial<Record<Side, NamedTest[]>> => ({
  twin: [{ file: 'test/cpu/battery.test.ts', name: `passes ${name}` }],
  both: [{ file: 'test/gpu/battery.test.ts', name: `passes ${name}` }],
})
const tiling = (name: string): NamedTest => ({
  file: 'test/gpu/tiling.test.ts',
  name: `draws do not depend on how the work is cut ${name}`,
})

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'a dropped Philox round',
    shader: ['0u', '3u'].map((from) => philox.shader(`round = ${from}; round < 10u`, `round = ${from}; round < 9u`)),
    twin: [philox.twin('round < 10', 'round < 9')],
    killedBy: contract(WORDS, KNOWN),
  },
  {
    name: 'a wrong Philox key increment',
    shader: [philox.shader('0xbb67ae85u', '0xbb67ae84u')],
    twin: [philox.twin('0xbb67ae85', '0xbb67ae84')],
    killedBy: contract(WORDS, KNOWN),
  },
  {
    name: 'a lost carry in a Philox product',
    shader: [philox.shader(' + (sum >> 16u)', '')],
    twin: [philox.twin(' + (sum1 >>> 16)', '')],
    killedBy: contract(WORDS, KNOWN),
  },
  {
    name: 'a dropped low half of the word',
    shader: [words.shader('(high & 0xffff0000u) | (low >> 16u)', 'high & 0xffff0000u')],
    twin: [words.twin('(high[j] & 0xffff0000) | (low[j] >>> 16)', 'high[j] & 0xffff0000')],
    killedBy: contract(WORDS, { shader: [SAME_NOISE], ...statistic('words along classes: low 12 bits') }),
  },
  {
    name: 'low halves from the high halves’ block',
    shader: [words.shader('TAG_LOW = 1u << 24u', 'TAG_LOW = 0u << 24u')],
    twin: [words.twin('TAG_LOW = 1 << 24', 'TAG_LOW = 0 << 24')],
    killedBy: contract(WORDS, { shader: [SAME_NOISE], ...statistic('words along classes: collisions') }),
  },
  {
    name: 'a 24-bit uniform',
    shader: [noise.shader('(words & vec4<u32>(0xffffu)) * 2u + 1u', '(words & vec4<u32>(0xff00u)) * 2u + 0x100u')],
    twin: [noise.twin('(word >>> 0) + 0.5', '((word & 0xffffff00) >>> 0) + 128')],
    killedBy: contract(LARGEST, {
      shader: [SAME_NOISE],
      twin: [
        ACCURACY,
        { file: 'test/cpu/tail.test.ts', name: 'a tail of 131,071 classes 18 nats below the head has the share' },
      ],
    }),
  },
  {
    name: '-log(-log u) on builtins',
    shader: [
      noise.shader(
        'return negative_log(select(w.exponent, vec4<f32>(), small), select(1.0 - w.mantissa, x, small))',
        'return -log(1.0 - half_open(words))',
      ),
      noise.shader('return negative_log(e.exponent, 1.0 - e.mantissa)', 'return -log(exponentials)'),
    ],
    twin: [
      noise.twin(
        'if (word >>> 0 <= 0x4afb0d7f) return negativeLog(0, halfOpen(word))',
        'return Math.fround(-Math.log(Math.fround(1 - halfOpen(word))))',
      ),
      noise.twin('float[0] = exponential', 'return Math.fround(-Math.log(exponential))'),
    ],
    killedBy: contract(LARGEST, { shader: [SAME_NOISE], twin: [ACCURACY] }),
  },
  {
    name: 'a coefficient of the logarithm an ulp off',
    shader: [noise.shader('0.499999831655453', '0.49999986')],
    twin: [noise.twin('0.499999831655453', '0.49999986')],
    killedBy: {
      shader: [{ file: 'test/gpu/noise.test.ts', name: 'digests over both ends' }],
      twin: [{ file: 'test/cpu/noise.test.ts', name: 'word to noise no bit has changed' }],
      both: [{ file: 'test/gpu/verify.test.ts', name: 'verify() finds this device equal to the CPU' }],
    },
  },
  {
    name: 'a tail refined by the low halves’ words',
    shader: [words.shader('TAG_TAIL = 2u << 24u', 'TAG_TAIL = 1u << 24u')],
    twin: [words.twin('TAG_TAIL = 2 << 24', 'TAG_TAIL = 1 << 24')],
    killedBy: contract(LARGEST, {
      shader: [{ file: 'test/gpu/tail.test.ts', name: 'the extended tail changes only noise of words below 2^8' }],
    }),
  },
  {
    name: 'noise given an index that is the noise that drew it',
    shader: [words.shader('TAG_GIVEN = 3u << 24u', 'TAG_GIVEN = 0u << 24u')],
    twin: [words.twin('TAG_GIVEN = 3 << 24', 'TAG_GIVEN = 0 << 24')],
    killedBy: contract(GIVEN, {
      twin: [
        { file: 'test/cpu/gumbel_given_index.test.ts', name: 'noise given an index does not depend on the noise' },
      ],
    }),
  },
  {
    name: 'a stream shared between rows',
    shader: [settings.shader('settings.stream += row * params.stream_stride;', '')],
    twin: [settings.twin('settings.stream + row * settings.streamStride', 'settings.stream')],
    killedBy: contract(DRAWS, {
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
        'let own = row_settings[row]; return RowSettings(own.temperature, own.tau, own.seed, 0u, own.step);',
      ),
    ],
    twin: [settings.twin('out.stream = rows.words[at + 4]', 'out.stream = 0')],
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
    killedBy: contract(DRAWS, { twin: [lazy('normal')] }),
  },
  {
    name: 'noise shared between the draws of a row',
    shader: [scan.shader('draw + TAG_HIGH', 'TAG_HIGH'), scan.shader('draw + TAG_LOW', 'TAG_LOW')],
    twin: [
      words.twin('group, stream, step, number, seedLow', 'group, stream, step, 0, seedLow'),
      words.twin('group, stream, step, number + TAG_LOW', 'group, stream, step, TAG_LOW'),
    ],
    killedBy: contract(DRAWS, {
      both: statistic('draws: the winner’s score (Kolmogorov-Smirnov)').both,
    }),
  },
  {
    name: 'a class offset that the noise ignores',
    shader: [scan.shader('params.class_offset / 8u + group, row.stream', 'group, row.stream')],
    twin: [scan.twin('const group = (classOffset + first) >>> 3', 'const group = first >>> 3')],
    killedBy: contract(DRAWS, { twin: [lazy('normal')] }),
  },
  {
    name: 'an off-by-one class',
    shader: [scan.shader('let class_ = params.class_offset + c;', 'let class_ = params.class_offset + c + 1u;')],
    twin: [scan.twin('classNumber = classOffset + first + i', 'classNumber = classOffset + first + i + 1')],
    killedBy: contract(DRAWS, { shader: [SAME_DRAWS], twin: [lazy('flat')] }),
  },
  {
    name: 'the noise of the class beside',
    shader: [scan.shader('word_of(Halves(high, low), i)', 'word_of(Halves(high, low), (i + 1u) & 7u)')],
    twin: [scan.twin('wordOf(high, low, i)', 'wordOf(high, low, (i + 1) & 7)')],
    killedBy: contract(DRAWS, { shader: [SAME_DRAWS], twin: [lazy('normal')] }),
  },
  {
    name: 'noise that the temperature does not scale',
    shader: [score.shader('opaque(temperature * gumbels, params.zero)', 'gumbels')],
    twin: [score.twin('f(temperature * gumbel)', 'gumbel')],
    killedBy: contract(DRAWS, { shader: [SAME_DRAWS], twin: [lazy('normal')] }),
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
    shader: [
      shaders('filter/candidates')('(vec4<u32>(sh_columns[j]) < columns)', '(vec4<u32>(sh_columns[j]) > columns)'),
    ],
    twin: [twin('operations/sample/kept')('* MOST_FILTERED + c)', '* MOST_FILTERED + (MOST_FILTERED - 1 - c))')],
    killedBy: {
      shader: [{ file: 'test/gpu/filters.test.ts', name: 'ties logits, filters a row' }],
      twin: [{ file: 'test/cpu/filters.test.ts', name: 'of ties logits' }],
    },
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
    killedBy: { shader: [topP('where the class is outside once, twice and more often')] },
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
    killedBy: contract(DRAWS, { shader: [SHORT_DRAWS] }),
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
    killedBy: contract(DRAWS, {
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
    shader: [shaders('adjust/bitmask')('banned & !invalid4(logits)', 'banned')],
    twin: [adjust(' || data[c] === -Infinity || isInvalid(data[c])) continue', ' || data[c] === -Infinity) continue')],
    killedBy: adjusted('say of an invalid row what took its last class', 'hide no NaN and no +Infinity'),
  },
  {
    name: 'the mask takes what penalties took',
    shader: [shaders('adjust/taken')('if (left == NEGATIVE_INFINITY) {', 'if (left == 0u) {')],
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
    name: 'counts of tokens are left behind',
    shader: [
      shaders('adjust/counts')(
        'atomicExchange(&counts[row * params.rows_out_stride + c], 0u)',
        'atomicLoad(&counts[row * params.rows_out_stride + c])',
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

/** What a side of a mutant changes. */
export function editsOf(mutant: Mutant, side: Side): Edit[] {
  return [...(side === 'twin' ? [] : mutant.shader), ...(side === 'shader' ? [] : mutant.twin)]
}

/** The text with the edits of its file. @throws Error where what an edit finds is not there just once */
export function edited(file: string, text: string, edits: readonly Edit[]): string {
  for (const { find, put } of edits.filter((edit) => edit.file === file)) {
    const found = text.split(find)
    if (found.length !== 2) throw new Error(`${file} has ${JSON.stringify(find)} ${found.length - 1} times, not once`)
    text = found.join(put)
  }
  return text
}
