import { WgslScanner } from 'wgsl_reflect/wgsl_reflect.module.js'

const KEPT = /^(import|enable) .*;\n/gm

/**
 * Minifies WGSL files that are joined in many ways: no comments, the least white space, and short names, the same in every file.
 * `main`, `override` constants and variables of modules keep theirs, which the host knows, and so do fields named like components
 * of vectors. Lines that the linker reads, which import or enable, stay as they are.
 */
export function minifyWgsl(sources: readonly string[]): string[] {
  const lines = sources.map((source) => (source.match(KEPT) ?? []).join(''))
  const files = sources.map((source) => read(source.replace(KEPT, '')))
  const kept = new Set(files.flatMap((file) => file.kept))
  const declared = new Set(files.flatMap((file) => file.declared).filter((name) => !kept.has(name)))
  const uses = new Map<string, number>()
  for (const { words } of files)
    for (const { name } of words) if (name && declared.has(name)) uses.set(name, (uses.get(name) ?? 0) + 1)

  const usesOf = (names: string[]) => names.reduce((sum, name) => sum + uses.get(name)!, 0)
  const byUses = (a: string[], b: string[]) => usesOf(b) - usesOf(a)
  const kind = (prefix: string) => [...uses.keys()].filter((name) => name.startsWith(prefix)).map((name) => [name])
  const functions = files.flatMap((file) => file.functions)
  // Locals must not hide what is declared at module scope: both have their names from one list. Fields have another.
  const outer = [...kind('global '), ...merged(kind('local ').toSorted(byUses), functions)]
  const short = new Map([...shortened(outer.toSorted(byUses)), ...shortened(kind('field ').toSorted(byUses))])
  return files.map(({ words }, i) => lines[i] + joined(words.map(({ text, name = '' }) => short.get(name) ?? text)))
}

/** A word, number or sign. What may be renamed has a `name` that begins with its kind; what has one name is renamed alike. */
interface Word {
  text: string
  name?: string
}

interface File {
  words: Word[]
  declared: string[]
  /** Of what it declares, what the host knows. */
  kept: string[]
  /** Names of each function's parameters and variables. */
  functions: Set<string>[]
}

function read(source: string): File {
  const texts = new WgslScanner(source).scanTokens().map(({ lexeme }) => lexeme)
  const file: File = { words: [], declared: [], kept: ['global main'], functions: [] }
  let depth = 0
  let locals: Set<string> | undefined // of the function that the word is in
  for (const [i, text] of texts.entries()) {
    const before = texts[i - 1]
    const typed = texts[i + 1] === ':'
    if (text === '{') depth++
    if (text === '}') depth--
    if (text === '}' && depth === 0) locals = undefined
    if (text === 'fn') file.functions.push((locals = new Set()))

    let name: string | undefined
    if (!/^[A-Za-z_]/.test(text) || before === '@') name = undefined
    else if (before === '.' || (typed && depth === 1 && !locals)) {
      name = `field ${text}`
      if (typed) file.declared.push(name)
      if (isComponents(text)) file.kept.push(name)
    } else if (
      locals &&
      (['let', 'var', 'const'].includes(before) || (typed && depth === 0) || locals.has(`local ${text}`))
    ) {
      name = `local ${text}`
      locals.add(name)
      file.declared.push(name)
    } else {
      name = `global ${text}`
      if (before === 'override' || (typed && depth === 0)) file.kept.push(name)
      if (['fn', 'struct', 'const', 'alias'].includes(before) || (typed && depth === 0)) file.declared.push(name)
    }
    file.words.push({ text, name })
  }
  return file
}

/** Whether a word may name components of a vector. */
function isComponents(text: string): boolean {
  return /^([xyzw]{1,4}|[rgba]{1,4})$/.test(text)
}

/** Names that no function has two of, together; those that come first are kept apart least. */
function merged(names: string[][], functions: Set<string>[]): string[][] {
  const groups: string[][] = []
  for (const [name] of names) {
    const together = functions.filter((each) => each.has(name))
    const group = groups.find((others) => !others.some((other) => together.some((each) => each.has(other))))
    if (group) group.push(name)
    else groups.push([name])
  }
  return groups
}

/** For each name the short one of its group: the first groups get the shortest. */
function shortened(groups: string[][]): [string, string][] {
  const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ']
  // No word of WGSL is a letter or a letter and a digit, but components of vectors are letters.
  const names = letters.filter((letter) => !isComponents(letter))
  for (const letter of letters) for (let digit = 0; digit < 10; digit++) names.push(letter + digit)
  if (groups.length > names.length) throw new Error(`${groups.length} names are too many to shorten`)
  return groups.flatMap((group, i) => group.map((name): [string, string] => [name, names[i]]))
}

function joined(texts: string[]): string {
  let code = ''
  for (const text of texts) {
    const [last, first] = [code.at(-1) ?? '', text[0] ?? '']
    const apart =
      (/\w/.test(last) && /\w/.test(first)) || (last === first && /[-+&]/.test(first)) || last + first === '>='
    code += (apart ? ' ' : '') + text
  }
  return code.replace(/\bvec([234])<([fiu])32>/g, 'vec$1$2').replace(/,([)}\]])/g, '$1')
}
