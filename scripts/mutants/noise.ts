/** Mistakes in words and in noise. */
import { contract, type Mutant, shaders, statistic, test, twin } from './mutant'

const philox = { shader: shaders('shared/philox'), twin: twin('noise/philox') }
const words = { shader: shaders('shared/words'), twin: twin('noise/words') }
const noise = { shader: shaders('shared/noise'), twin: twin('noise/transform') }
const WORDS = test('words are the contract’s')
const LARGEST = test('the largest noise there is wins with its exact score')
const GIVEN = test('noise given an index is the contract’s')
const KNOWN = {
  shader: [{ file: 'test/gpu/philox.test.ts', name: 'Philox4x32-10 in WGSL gives the known answers' }],
  twin: [{ file: 'test/cpu/philox.test.ts', name: 'Philox4x32-10 gives the known answer' }],
  both: [{ file: 'test/gpu/philox.test.ts', name: 'Philox4x32-10 in WGSL gives the known answers' }],
}
const SAME_NOISE = { file: 'test/gpu/noise.test.ts', name: 'noise() on the GPU is noise() on the CPU one row' }
const ACCURACY = { file: 'test/cpu/noise.test.ts', name: 'word to noise Gumbel is within an ulp' }

export const NOISE: readonly Mutant[] = [
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
    shader: [
      words.shader('(high & 0xffff0000u) | (low >> 16u)', 'high & 0xffff0000u'),
      words.shader(
        '(halves.high & vec4<u32>(0xffff0000u)) | (halves.low >> vec4<u32>(16u))',
        'halves.high & vec4<u32>(0xffff0000u)',
      ),
    ],
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
]
