import { describe, expect, test } from 'vitest'
import { link as linkWesl } from 'wesl'
import { MODULES, link } from '../../src/gpu/linker'
import { namesOf } from '../helpers/wgsl'

/** Modules that others may be linked in place of. */
const VARIANTS: Record<string, string[]> = {
  'shared/logits_f32': ['shared/logits_f32x4', 'shared/logits_16', 'shared/logits_16x4'],
  'shared/logits': ['adjust/logits'],
  'shared/all_kept': ['filter/kept'],
  'shared/every_group': ['nucleus/groups'],
  'nucleus/masses': ['nucleus/without_masses'],
  'filter/none_settled': ['nucleus/settled'],
  'decoder/tokens_drawn': ['decoder/tokens_given'],
  'decoder/keep_log_probs': ['decoder/no_keep_log_probs'],
  'decoder/all_allowed': ['decoder/given_allowed'],
  'shared/reduce_workgroup': ['shared/reduce_lane', 'shared/reduce_subgroup'],
  'shared/rows_out_f32': ['shared/rows_out_f32x4', 'shared/rows_out_f16'],
  'shared/rows_in_f32': ['shared/rows_in_f32x4'],
  'shared/soft_samples_f32': ['shared/soft_samples_f32x4'],
  'shared/row_settings_uniform': ['shared/row_settings_buffer'],
  'shared/index_out': ['shared/index_or_status_out', 'shared/no_index_out'],
  'shared/log_prob_out': ['shared/no_log_prob_out', 'log_probs/found_out'],
  'log_probs/whole_row': ['log_probs/kept_row'],
  'log_probs/drawn': ['log_probs/raw'],
  'log_probs/count_any': ['log_probs/count_kept'],
  'ordered/odds': ['ordered/no_odds'],
  'shared/score_out': ['shared/no_score_out'],
  'shared/remainder_out': ['shared/no_remainder_out'],
  'shared/maximum_out': ['shared/no_maximum_out'],
  'shared/sum_out': ['shared/no_sum_out'],
  'shared/status_out': ['shared/no_status_out'],
  'adjust/bias': ['adjust/biasx4', 'adjust/no_bias'],
  'adjust/bitmask': ['adjust/no_bitmask'],
  'adjust/penalized': ['adjust/no_penalized'],
  'gumbel_softmax/samples_out': ['gumbel_softmax/log_samples_out'],
  'noise/sum_of_workgroup': ['noise/sum_of_lane'],
  'gumbel_softmax_backward/draw_held': [
    'gumbel_softmax_backward/draw_long',
    'gumbel_softmax_backward/draw_from_samples',
    'gumbel_softmax_backward/draw_from_held_samples',
    'gumbel_softmax_backward/draw_from_log_samples',
  ],
  'gumbel_softmax_backward/grad_tau_out': ['gumbel_softmax_backward/no_grad_tau_out'],
  'gumbel_softmax_backward/grad_temperature_out': ['gumbel_softmax_backward/no_grad_temperature_out'],
  'gumbel_softmax_backward/row_status_out': ['gumbel_softmax_backward/no_row_status_out'],
}

const names = new Map([...MODULES].map(([path, source]) => [path, namesOf(source)]))
const kernels = [...names].filter(([, { declared }]) => declared.includes('main')).map(([path]) => path)

/** Kernels that are linked with some variant always, by it or by each of several. */
const WITH: Record<string, Record<string, string>[]> = {
  'filter/draw_wide': [{ 'shared/all_kept': 'filter/kept' }],
  'nucleus/draw': [{ 'shared/all_kept': 'filter/kept', 'shared/every_group': 'nucleus/groups' }],
  'gumbel_softmax_backward/whole': ['held', 'long', 'from_samples', 'from_held_samples', 'from_log_samples'].map(
    (way) => ({
      'gumbel_softmax_backward/draw_held': `gumbel_softmax_backward/draw_${way}`,
    }),
  ),
}
const linked = kernels.flatMap((kernel) => (WITH[kernel] ?? [{}]).map((always) => ({ kernel, always })))

/** A file as it is linked. */
function bodyOf(path: string): string {
  return MODULES.get(path)!.replace(/^(import|enable) .*\n/gm, '')
}

/** Files that others import as themselves, be they variants or not. */
const imported = new Set([...names.values()].flatMap(({ imports }) => [...imports.values()]))

/** What stands more than once. */
const repeated = (values: readonly string[]) => values.filter((value, i) => values.indexOf(value) !== i)

describe.each([...names])('%s', (path, { imports, declared, used }) => {
  test('begins with a comment, then imports by name all that it uses, and nothing else', () => {
    expect(MODULES.get(path)).toMatch(/^(\/\/.*\n)+\n(import .*\n)*(?![^]*\nimport )/)
    expect([...used].filter((name) => !declared.includes(name) && !imports.has(name))).toEqual([])
    expect([...imports.keys()].filter((name) => !used.has(name) || declared.includes(name))).toEqual([])
    const places = [...imports].flatMap(([name, from]) => [from, ...(VARIANTS[from] ?? [])].map((each) => [name, each]))
    expect(places.filter(([name, from]) => from === path || !names.get(from)?.declared.includes(name))).toEqual([])
  })
})

describe.each(linked)('$kernel, linked with $always', ({ kernel, always }) => {
  const plain = link(kernel, always)
  const variants = Object.entries(VARIANTS).filter(([module]) => plain.includes(bodyOf(module)))
  const replacements = [
    always,
    ...variants.flatMap(([module, all]) => all.map((variant) => ({ ...always, [module]: variant }))),
  ]

  test('declares all that it uses, once, with every variant of its modules', () => {
    for (const each of replacements) {
      const source = link(kernel, each)
      for (const variant of Object.values(each)) expect(source).toContain(bodyOf(variant))
      const { declared, used } = namesOf(source)
      expect([...used].filter((name) => !declared.includes(name))).toEqual([])
      expect(repeated(declared)).toEqual([])
      expect(repeated([...source.matchAll(/@binding\((\d+)\)/g)].map(([, number]) => number))).toEqual([])
    }
  })
})

/** A kernel that has a module, and the variants that it is linked with for that. */
function linkedWith(module: string): (typeof linked)[number] {
  return linked.find(({ kernel, always }) => link(kernel, always).includes(bodyOf(module)))!
}

describe('the package wesl links the same declarations', () => {
  const variants = Object.entries(VARIANTS).flatMap(([module, all]) =>
    all.map((variant) => {
      const { kernel, always } = linkedWith(module)
      return { kernel, replacements: { ...always, [module]: variant } }
    }),
  )

  test.each<{ kernel: string; replacements: Record<string, string> }>([
    ...kernels.map((kernel) => ({ kernel, replacements: {} })),
    ...variants,
  ])('of $kernel with $replacements', async ({ kernel, replacements }) => {
    const sources = new Map([...MODULES].map(([path, source]) => [`${path}.wgsl`, source]))
    // It knows no replacements: the variant's text stands in the module's place.
    for (const [module, variant] of Object.entries(replacements)) sources.set(`${module}.wgsl`, MODULES.get(variant)!)
    const weslSrc = Object.fromEntries(sources)
    const { dest } = await linkWesl({ weslSrc, rootModuleName: `package::${kernel.replaceAll('/', '::')}` })
    // It leaves out what main does not reach, and numbers names that variables of functions have as well.
    const own = namesOf(link(kernel, replacements)).declared
    const declared = namesOf(dest).declared.map((name) => (own.includes(name) ? name : name.replace(/\d$/, '')))
    expect(declared).toContain('main')
    expect(declared.filter((name) => !own.includes(name))).toEqual([])
  })
})

describe('link', () => {
  test('reaches every file', () => {
    const plain = linked.map(({ kernel, always }) => link(kernel, always)).join('')
    const variants = Object.entries(VARIANTS).flatMap(([module, all]) =>
      all.map((variant) => {
        const { kernel, always } = linkedWith(module)
        const asked = imported.has(variant) || linked.some((each) => module in each.always)
        if (!asked) expect(plain).not.toContain(bodyOf(variant))
        return link(kernel, { ...always, [module]: variant })
      }),
    )
    // A variant of what a variant imports.
    const bfloat16 = { 'shared/logits_f32': 'shared/logits_16', 'shared/float16': 'shared/bfloat16' }
    const all = [plain, ...variants, link('sample/draw', bfloat16)].join('')
    expect([...MODULES.keys()].filter((path) => !all.includes(bodyOf(path)))).toEqual([])
  })

  test('joins files by their imports, each once, and drops the import lines', () => {
    const source = link('sample/draw')
    expect(source.startsWith(bodyOf('sample/draw'))).toBe(true)
    expect(source.split(bodyOf('shared/philox')).length).toBe(2)
    expect(source).not.toMatch(/^import/m)
  })

  test('puts variants in the place of modules', () => {
    const source = link('sample/draw', { 'shared/logits_f32': 'shared/logits_f32x4' })
    expect(source).toContain(bodyOf('shared/logits_f32x4'))
    expect(source).not.toContain(bodyOf('shared/logits_f32'))
  })

  test('puts what a variant enables first', () => {
    const source = link('sample/draw', { 'shared/reduce_workgroup': 'shared/reduce_subgroup' })
    expect(source.startsWith('enable subgroups;\n')).toBe(true)
    expect(source.match(/^enable/gm)).toHaveLength(1)
  })

  test('names a file that there is not', () => {
    expect(() => link('sample/drawn')).toThrow('sample/drawn is no file of shaders/')
  })
})
