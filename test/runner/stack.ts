/** What the stack under test is to be; test/gpu/stack.test.ts checks that it is. */
export interface Stack {
  /** A product in its user agent. */
  product: 'Chrome' | 'Firefox' | 'Deno'
  /** Whether its devices have subgroups; left out where that depends on the version. */
  subgroups?: boolean
  /** Whether its tests run whole matrices of cases (test/helpers/matrix.ts), not only those that every stack runs. */
  whole: boolean
}

/** What test/gpu/stack.test.ts has found, for docs/stacks.md. */
export interface Found {
  adapter: string
  subgroups: string
  f16: string
}

declare module 'vitest' {
  interface ProvidedContext {
    stack: Stack
  }
  interface TaskMeta {
    stack?: Found
  }
}
