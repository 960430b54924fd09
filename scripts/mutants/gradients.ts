/** Mistakes in the gradient of Gumbel-softmax. */
import { type Mutant, onCpu, onGpu, shaders, twin } from './mutant'

const compute = twin('operations/gumbel_softmax_backward/compute')
const held = onGpu('gumbel_softmax_backward', '[64, 1000] x 1: rows of many lanes')
const logs = onGpu('log_samples', '[64, 1000] x 1: rows of many lanes')
const given = onGpu('gumbel_softmax_backward_given', '[40, 10] x 3, masked logits')
const differences = onCpu('gumbel_softmax_backward', 'are the slopes of the samples, by central differences')
const ofLogs = onCpu('log_samples', 'are central differences')

export const GRADIENTS: readonly Mutant[] = [
  {
    name: 'terms of tau and T of the last draw of a long row alone',
    shader: [shaders('gumbel_softmax_backward/finish')('terms += spread(', 'terms = spread(')],
    twin: [],
    killedBy: { shader: [onGpu('gumbel_softmax_backward', 'with subgroups and without')] },
  },
  {
    name: 'a gradient whose mean is not taken off',
    shader: [
      shaders('gumbel_softmax_backward/gradient')('values - row.reference - row.mean', 'values - row.reference'),
    ],
    twin: [compute('(grads[at + c] - reference - mean)', '(grads[at + c] - reference)')],
    killedBy: { shader: [held], twin: [differences], both: [differences] },
  },
  {
    name: 'a gradient of given samples whose mean is not taken off',
    shader: [
      shaders('gumbel_softmax_backward/given_samples')(
        'values - given.reference - given.mean',
        'values - given.reference',
      ),
    ],
    twin: [],
    killedBy: { shader: [given] },
  },
  {
    name: 'samples that gradients are given held without their last vector',
    shader: [
      shaders('gumbel_softmax_backward/draw_from_held_samples')('if (FOURS > 2u) { hold', 'if (FOURS > 3u) { hold'),
    ],
    twin: [],
    killedBy: { shader: [given] },
  },
  {
    name: 'a gradient of T that takes scores for logits',
    shader: [
      shaders('gumbel_softmax_backward/gradient')('select(l, vec4<f32>(), masked)', 'select(u, vec4<f32>(), masked)'),
    ],
    twin: [compute('d * (data[begin + c] - data[begin + best])', 'd * (u[c] - u[best])')],
    killedBy: { shader: [held], twin: [differences], both: [differences] },
  },
  {
    name: 'a gradient from log-samples at twice its rate',
    shader: [
      shaders('gumbel_softmax_backward/draw_from_log_samples')(
        'add_four(at.out_base, c, d * (rate.twice_inverse * 0.5), at.is_first)',
        'add_four(at.out_base, c, d * rate.twice_inverse, at.is_first)',
      ),
    ],
    twin: [compute('logSamples ? grads[at + c] - y[c] * mean :', 'logSamples ? 2 * (grads[at + c] - y[c] * mean) :')],
    killedBy: { shader: [logs], twin: [ofLogs], both: [ofLogs] },
  },
]
