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

/** Edits of a shader and of a source of the CPU. */
export const shaders =
  (name: string) =>
  (find: string, put: string): Edit => ({ file: `shaders/${name}.wgsl`, find, put })
export const twin =
  (name: string) =>
  (find: string, put: string): Edit => ({ file: `src/${name}.ts`, find, put })

/** A test of a file of test/cpu or test/gpu. */
export const onCpu = (file: string, name: string): NamedTest => ({ file: `test/cpu/${file}.test.ts`, name })
export const onGpu = (file: string, name: string): NamedTest => ({ file: `test/gpu/${file}.test.ts`, name })

/** A test of test/helpers/contract.ts, which files of both test/cpu and test/gpu run. */
export const test =
  (name: string) =>
  (file: string): NamedTest => ({ file, name })

/** Killed on each side by a test of the contract, and by others. */
export function contract(
  of: (file: string) => NamedTest,
  { shader = [], twin = [], both = [] }: Partial<Record<Side, NamedTest[]>> = {},
): Mutant['killedBy'] {
  const [gpu, node] = [of('test/gpu/contract.test.ts'), of('test/cpu/contract.test.ts')]
  return { shader: [gpu, ...shader], twin: [node, ...twin], both: [gpu, ...both] }
}

/** A statistical test of the battery, on the CPU and on the GPU, where it sees what GPU and CPU get wrong alike. */
export const statistic = (name: string): Partial<Record<Side, NamedTest[]>> => ({
  twin: [{ file: 'test/cpu/battery.test.ts', name: `passes ${name}` }],
  both: [{ file: 'test/gpu/battery.test.ts', name: `passes ${name}` }],
})

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
