import { inject } from 'vitest'

const stack = inject('stack')

/** Whether this stack runs whole matrices of cases: with `MATRIX=whole`, as `vitest.config.ts` has it. */
export const WHOLE = stack?.whole ?? true

/** Of a list whose elements two stacks share the part of this one: Deno has every other, and the rest is for browsers. */
export function shared<T>(list: readonly T[]): readonly T[] {
  return WHOLE ? list : list.filter((_, i) => i % 2 === Number(stack?.product === 'Deno'))
}

/**
 * The cases of a matrix that this stack runs. `everywhere` has each kernel, each way to read and write rows and each branch of the
 * plan once; `whole` has what meets the same kernels at other sizes and settings.
 */
export function matrix<const E, const W>(cases: { everywhere: readonly E[]; whole: readonly W[] }): readonly (E | W)[] {
  const { everywhere, whole } = cases
  return WHOLE ? [...everywhere, ...whole] : everywhere
}
