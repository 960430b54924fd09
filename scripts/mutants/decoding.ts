/** Mistakes in draws by inverse CDF, in drafts and in decoders. */
import { type Mutant, onCpu, onGpu, shaders, twin } from './mutant'

const pick = { shader: shaders('inverse_cdf/draw'), twin: twin('operations/sample/inverse_cdf') }

export const DECODING: readonly Mutant[] = [
  {
    name: 'a pick that takes the class whose sum it equals',
    shader: [pick.shader('less64(rest, class_sums[middle])', '!less64(class_sums[middle], rest)')],
    twin: [pick.twin('if (within[middle] > pick) last', 'if (within[middle] >= pick) last')],
    killedBy: {
      shader: [onGpu('inverse_cdf', 'in the far tail one unit of mass decides')],
      twin: [onCpu('inverse_cdf', 'of all 2^64 random bits')],
      both: [onCpu('inverse_cdf', 'of all 2^64 random bits')],
    },
  },
  {
    name: 'a pair of draws by the same words',
    shader: [pick.shader('high64(words.wz, least)', 'high64(words.yx, least)')],
    twin: [pick.twin('columnOf(sums, words[2], words[3], guide)', 'columnOf(sums, words[0], words[1], guide)')],
    killedBy: {
      shader: [onGpu('inverse_cdf', 'draws are the first classes whose inclusive sums exceed the pick')],
      twin: [onCpu('inverse_cdf', 'of normal logits')],
      both: [onCpu('inverse_cdf', 'of normal logits')],
    },
  },
  {
    name: 'a draft that is read on after it differs',
    shader: [shaders('drafts/accept')('let has_index = same && drawn', 'let has_index = drawn')],
    twin: [twin('drafts/judge')('indices.fill(-1, begin + n + 1,', 'indices.fill(-1, begin + n + 2,')],
    killedBy: {
      shader: [onGpu('drafts', 'encodeVerifyDraft() records the same')],
      twin: [onCpu('drafts', 'gives what is drawn without drafts')],
      both: [onCpu('drafts', 'gives what is drawn without drafts')],
    },
  },
  {
    name: 'a sequence one token longer than it may be',
    shader: [shaders('decoder/append')('n + 1u >= config.max_tokens', 'n >= config.max_tokens')],
    twin: [twin('decoder/sequences')('this.count(row) >= maxTokens', 'this.count(row) > maxTokens')],
    killedBy: {
      shader: [onGpu('decoder', 'next() writes what a plain loop on the CPU does')],
      twin: [onCpu('decoder', 'writes what a plain loop does')],
      both: [onCpu('decoder', 'writes what a plain loop does')],
    },
  },
  {
    name: 'a decoder that draws each token at the first step',
    shader: [shaders('decoder/append')('steps_kept[row] += 1u;', '')],
    twin: [],
    killedBy: { shader: [onGpu('decoder', 'next() writes what a plain loop on the CPU does')] },
  },
  {
    name: 'a list at the step after its token',
    shader: [
      shaders('decoder/keep_top')(
        'steps_before[row] - config.first_step',
        'steps_before[row] - config.first_step + 1u',
      ),
    ],
    twin: [
      twin('decoder/sequences')(
        '(row * maxTokens + this.count(row)) * topCount',
        '(row * maxTokens + this.count(row) + 1) * topCount',
      ),
    ],
    killedBy: {
      shader: [{ file: 'test/gpu/decoder.test.ts', name: 'next() writes what a plain loop on the CPU does' }],
      twin: [{ file: 'test/cpu/decoder.test.ts', name: 'writes what a plain loop does' }],
    },
  },
]
