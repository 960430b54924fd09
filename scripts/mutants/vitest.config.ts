import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import type { Plugin } from 'vite'
import { type UserWorkspaceConfig, defineConfig } from 'vitest/config'
import tests from '../../vitest.config.ts'
import { type Edit, edited } from './mutant.ts'

/** The edits of the mutant that is tested, as JSON; none for the sources as they are. */
const edits = JSON.parse(process.env.MUTANT ?? '[]') as Edit[]
const root = resolve(import.meta.dirname, '../..')

/** Gives tests the edited sources in place of the real ones. */
const mutate: Plugin = {
  name: 'mutate',
  enforce: 'pre',
  load(id) {
    const [path, query] = id.split('?')
    const file = relative(root, path)
    if (!edits.some((edit) => edit.file === file)) return undefined
    const text = edited(file, readFileSync(path, 'utf8'), edits)
    return query?.includes('raw') ? `export default ${JSON.stringify(text)}` : text
  },
}

const projects = tests.test?.projects as UserWorkspaceConfig[]

/** The projects of vitest.config.ts, with the mutant that the environment variable MUTANT holds. */
export default defineConfig({
  root,
  test: {
    projects: projects.map((project) => ({
      ...project,
      extends: resolve(root, 'vite.config.ts'),
      plugins: [mutate],
      // Of its own, so that a run of the tests beside this one finds its own.
      cacheDir: resolve(root, 'node_modules/.vite-mutants'),
    })),
  },
})
