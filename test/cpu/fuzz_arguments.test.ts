import fc from 'fast-check'
import { createSampler } from 'gumbel-webgpu'
import { expect, test } from 'vitest'
import { CALLS, argumentsWith, flawedCalls, goodArguments } from '../helpers/fuzz/arguments'
import { check } from '../helpers/fuzz/check'
import { outcomeOf } from '../helpers/fuzz/outcome'

const sampler = await createSampler({ backend: 'cpu' })

test('a call without a flaw is answered', async () => {
  for (const { call } of Object.values(CALLS)) expect(await call(sampler, goodArguments())).toBeDefined()
})

const REFUSED = 'a flaw is refused by its type, with a message that names it, its value and what it may be'
test(REFUSED, async () => {
  await check(REFUSED, 5000, flawedCalls(1), async ({ name, flaws: [flaw] }) => {
    const outcome = await outcomeOf(() => CALLS[name].call(sampler, argumentsWith([flaw])))
    if ('value' in outcome) return expect.fail(`${name}: ${flaw.name} was not refused`)
    const { error } = outcome
    expect(error.constructor.name, error.message).toBe(flaw.type.name)
    expect(error.message.startsWith(flaw.name), `'${error.message}' does not begin with '${flaw.name}'`).toBe(true)
    if (typeof flaw.value === 'number' || typeof flaw.value === 'bigint')
      expect(error.message).toContain(String(flaw.value))
    expect(error.message).toMatch(/must|hold|pass|have/)
  })
})

const ANYTHING = 'whatever an argument is, a call is answered or refused with a documented error that names it'
const anything = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSet: true,
    withTypedArray: true,
  }),
  fc.constantFrom<unknown>(Symbol('x'), () => 1, new ArrayBuffer(60), new DataView(new ArrayBuffer(60))),
)
const OPTIONS = [
  'batchSize',
  'numClasses',
  'numSamples',
  'seed',
  'streams',
  'streamOffset',
  'step',
  'classOffset',
  'tail',
  'temperature',
  'tau',
  'hard',
  'invalidRows',
  'logProbs',
  'scores',
  'gradTau',
  'gradTemperature',
  'samples',
  'bitmask',
  'bias',
  'penalties',
] as const
const INPUTS = ['logits', 'gradSamples', 'samples', 'indices', 'kind', 'options'] as const
const hostile = fc.record({
  name: fc.constantFrom(...Object.keys(CALLS)),
  inputs: fc.array(fc.tuple(fc.constantFrom(...INPUTS), anything), { maxLength: 1 }),
  options: fc.array(fc.tuple(fc.constantFrom(...OPTIONS), anything), { maxLength: 2 }),
})

test(ANYTHING, async () => {
  await check(ANYTHING, 5000, hostile, async ({ name, inputs, options }) => {
    const args = goodArguments()
    for (const [key, value] of options) args.options[key] = value
    for (const [key, value] of inputs) args[key] = value as never
    // As many draws as that take a while.
    const numSamples = args.options?.numSamples
    if (typeof numSamples === 'number' && numSamples > 100) return
    const outcome = await outcomeOf(() => CALLS[name].call(sampler, args))
    if ('error' in outcome)
      expect(outcome.error.message).toMatch(new RegExp(`^(${[...OPTIONS, ...INPUTS].join('|')})\\b`))
  })
})
