import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { format, resolveConfig } from 'prettier'

const PAGE = resolve(import.meta.dirname, '../docs/statistics.md')

/** Writes what stands in docs/statistics.md between the marks of a script, as prettier does. */
export async function writeSection(script: string, markdown: string): Promise<void> {
  const [begin, end] = [`<!-- written by npm run ${script} -- --write -->`, `<!-- end of ${script} -->`]
  const [before, rest] = readFileSync(PAGE, 'utf8').split(begin)
  const after = rest?.split(end)[1]
  if (after === undefined) throw new Error(`${PAGE} has no place marked ${begin} … ${end}`)
  const text = `${before}${begin}\n\n${markdown}\n\n${end}${after}`
  writeFileSync(PAGE, await format(text, { ...(await resolveConfig(PAGE)), parser: 'markdown' }))
}
