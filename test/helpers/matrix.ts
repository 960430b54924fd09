import { inject } from 'vitest'

/** Whether this stack runs whole matrices of cases: `vitest.config.ts` says which do. */
export const WHOLE = inject('stack')?.whole ?? true

/**
 * The cases of a matrix that this stack runs. `everywhere` has each kernel, each way to read and write rows and each branch of the
 * plan once; `whole` has what meets the same kernels at other sizes and settings.
 */
export function matrix<const E, const W>(cases: { everywhere: readonly E[]; whole: readonly W[] }): readonly (E | W)[] {
  const { everywhere, whole } = cases
  return WHOLE ? [...everywhere, ...whole] : everywhere
}
