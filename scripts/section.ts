import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { format, resolveConfig } from 'prettier'

const DOCS = resolve(import.meta.dirname, '../docs')

/** Writes what stands in a page of docs/ between the marks of a script, as prettier does. */
export async function writeSection(script: string, markdown: string, name = 'statistics.md'): Promise<void> {
  const page = resolve(DOCS, name)
  const [begin, end] = [`<!-- written by npm run ${script} -- --write -->`, `<!-- end of ${script} -->`]
  const [before, rest] = readFileSync(page, 'utf8').split(begin)
  const after = rest?.split(end)[1]
  if (after === undefined) throw new Error(`${page} has no place marked ${begin} … ${end}`)
  const text = `${before}${begin}\n\n${markdown}\n\n${end}${after}`
  writeFileSync(page, await format(text, { ...(await resolveConfig(page)), parser: 'markdown' }))
}
