import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PAGES_FOLDER } from '../navigation.ts'
import { CONTENTS, HOME, type Part } from './contents.ts'

/** What the documents of a recipe's source are called: `example_` and the name of the file. */
const EXAMPLE = 'example_'

/** What `writeDocuments` wrote: files `<name>.md` in a folder. */
export interface Documents {
  folder: string
  /** The name of the first page. */
  home: string
  /** The others, in the order of the menu. */
  parts: Part[]
}

/**
 * Writes the documents of `root` to `folder` as the generator takes them: titles as front matter, links to sources and pages as links to
 * what the site has of them; and a document of each file of `examples/`.
 * @throws Error for a link that leads nowhere, and for a document that the menu does not have
 */
export async function writeDocuments(root: string, folder: string): Promise<Documents> {
  const examples = (await readdir(join(root, 'examples'))).toSorted()
  const written = CONTENTS.flatMap(({ labels }) => Object.keys(labels))
  const files = (await readdir(join(root, 'docs'))).filter((file) => file.endsWith('.md'))
  const lost = files.filter((file) => ![HOME, ...written].includes(file.slice(0, -'.md'.length)))
  if (lost.length > 0) throw new Error(`the menu of the site, scripts/site/contents.ts, has no ${lost.join(', ')}`)

  await mkdir(folder, { recursive: true })
  const place = (name: string) => join(folder, `${name}.md`)
  for (const name of [HOME, ...written]) {
    const text = await readFile(join(root, 'docs', `${name}.md`), 'utf8')
    const where = { file: `docs/${name}.md`, up: name === HOME ? '' : '../', files, examples }
    await writeFile(place(name), name === HOME ? linked(text, where) : named(name, linked(text, where)))
  }
  for (const file of examples) {
    const text = await readFile(join(root, 'examples', file), 'utf8')
    await writeFile(place(exampleName(file)), named(exampleName(file), `# ${file}\n\n${fenced(file, text)}`))
  }
  const recipes = Object.fromEntries(examples.map((file) => [exampleName(file), file]))
  const parts = [...CONTENTS.slice(0, 2), { title: 'Recipes', labels: recipes }, ...CONTENTS.slice(2)]
  return { folder, home: HOME, parts }
}

const exampleName = (file: string) => `${EXAMPLE}${file.replaceAll('.', '_')}`

function fenced(file: string, text: string): string {
  const language = file.split('.').at(-1)!.replace('mjs', 'js')
  return `The file \`examples/${file}\`:\n\n\`\`\`${language}\n${text.trimEnd()}\n\`\`\`\n`
}

/** A document with front matter that gives its title and its file's name. */
function named(name: string, text: string): string {
  const [, title] = /^# (.+)\n/.exec(text) ?? []
  if (!title) throw new Error(`docs/${name}.md must begin with its title`)
  return `---\ntitle: ${JSON.stringify(title.replaceAll('`', ''))}\nfile: ${name}\n---\n\n${text}`
}

interface Where {
  file: string
  /** From the document's page to the site's first folder. */
  up: string
  files: string[]
  examples: string[]
}

/** Links of the repository as links of the site; those in blocks of code are no links. */
function linked(text: string, where: Where): string {
  return text
    .split(/^(```[\s\S]*?^```$)/m)
    .map((piece, i) =>
      i % 2 === 1 ? piece : piece.replace(/\]\(([^)\s]+)\)/g, (_, target: string) => `](${targetOf(target, where)})`),
    )
    .join('')
}

function targetOf(target: string, { file, up, files, examples }: Where): string {
  if (/^(https:|#)/.test(target)) return target
  const [path] = target.split('#')
  if (files.includes(path)) return target
  const [, example] = /^\.\.\/examples\/(.+)$/.exec(path) ?? []
  if (example && examples.includes(example)) return `${exampleName(example)}.md`
  const [, page] = /^\.\.\/((?:demo|bench)\/(?:.+\/)?)$/.exec(path) ?? []
  if (page) return `${up}${PAGES_FOLDER}/${page}index.html`
  if (path === '../') return `${up}${PAGES_FOLDER}/index.html`
  throw new Error(`${file} links to ${target}, of which the site has nothing`)
}
