import fc from 'fast-check'
import { expect, test } from 'vitest'
import { check } from '../helpers/fuzz/check'

test('a failure names what meets it again: -t is a regular expression that matches the name of the test', async () => {
  const name = 'f() gives what [g] | h.i gives'
  const failing = check(name, 1, fc.constant(0), () => Promise.reject(new Error('it is 0')))
  const { message } = await failing.then(
    () => new Error('nothing failed'),
    (reason: unknown) => reason as Error,
  )
  expect(message).toContain('it is 0')
  const pattern = /VITE_FUZZ_SEED=\d+ VITE_FUZZ_PATH='[\d:]+' .* -t '(.*)'$/.exec(message)?.[1]
  expect(pattern).toBe('f\\(\\) gives what \\[g\\] \\| h\\.i gives')
  expect(name).toMatch(new RegExp(pattern!))
})
