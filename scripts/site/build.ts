import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'vite'
import { PAGES_FOLDER } from '../navigation.ts'
import { writeDocuments } from './documents.ts'
import { buildDocuments } from './reference.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** The palette and the bar of the pages, and what makes TypeDoc's own pages look like them. */
const STYLES = ['demo/palette.css', 'demo/navigation.css', 'scripts/site/site.css']

/**
 * Builds the whole site into `out`, which is emptied first: documents and reference, and beside them the pages in a folder of their own. Any host
 * serves it, under any path.
 */
export async function buildSite(out: string): Promise<void> {
  await buildDocumentsAndReference(out)
  await build({
    root: ROOT,
    configFile: join(ROOT, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: join(out, PAGES_FOLDER), emptyOutDir: true },
  })
}

/** The site without its pages. */
export async function buildDocumentsAndReference(out: string): Promise<void> {
  const sources = await mkdtemp(join(tmpdir(), 'gumbel-webgpu-documents-'))
  try {
    const style = join(sources, 'site.css')
    const styles = await Promise.all(STYLES.map((file) => readFile(join(ROOT, file), 'utf8')))
    await writeFile(style, styles.join('\n'))
    await buildDocuments(ROOT, await writeDocuments(ROOT, join(sources, 'docs')), style, out)
  } finally {
    await rm(sources, { recursive: true })
  }
}
