/** What a WGSL file says of names, as a tokenizer sees it: what it imports, declares and uses. */
export interface Names {
  /** Items by name, each with the module that it comes from, such as `shared/philox`. */
  imports: Map<string, string>
  /** Functions, structs, constants and variables at module scope, in order, with repeats. */
  declared: string[]
  /** Names used that are neither WGSL's own, nor local to a function, nor fields. */
  used: Set<string>
}

const IMPORT = /^import package::(.+)::(?:(\w+)|\{([^}]*)\});$/gm
const TOKEN = /0[xX][\da-fA-F.]+(?:[pP][+-]?\d+)?[iufh]?|\d[\d.]*(?:[eE][+-]?\d+)?[iufh]?|[A-Za-z_]\w*|\S/g

const OWN = new Set(
  [
    // Words of the language.
    'break case const continue continuing default else enable false fn for if let loop override return struct switch true var while',
    'read read_write storage uniform workgroup function private compute',
    // Types.
    'bool f32 i32 u32 vec2 vec3 vec4 array atomic ptr',
    // Functions.
    'abs all any arrayLength atomicAdd atomicExchange atomicLoad atomicMax atomicMin atomicOr atomicStore bitcast clamp countLeadingZeros',
    'countOneBits dot exp firstTrailingBit log max min',
    'pack2x16float select subgroupElect subgroupMax subgroupMin workgroupBarrier',
    'workgroupUniformLoad',
  ]
    .join(' ')
    .split(' '),
)

const isName = (token: string | undefined) => token !== undefined && /^[A-Za-z_]/.test(token)

export function namesOf(source: string): Names {
  const imports = new Map<string, string>()
  for (const [, module, item, list] of source.matchAll(IMPORT))
    for (const name of (item ?? list).split(',')) imports.set(name.trim(), module.replaceAll('::', '/'))

  const tokens = source
    .replace(/\/\/.*/g, '')
    .replace(IMPORT, '')
    .replace(/^enable .*;$/gm, '')
    .match(TOKEN)!
  const declared: string[] = []
  const used = new Set<string>()
  let depth = 0
  let locals: Set<string> | undefined // of the function that the token is in
  let inStruct = false
  for (let i = 0; i < tokens.length; i++) {
    const [token, before, after] = [tokens[i], tokens[i - 1], tokens[i + 1]]
    if (token === '{') depth++
    if (token === '}' && --depth === 0) {
      locals = undefined
      inStruct = false
    }
    // An attribute and what it takes, which are no names of ours but for the size of a workgroup.
    if (token === '@') {
      i++
      if (tokens[i + 1] === '(' && tokens[i] !== 'workgroup_size') i = tokens.indexOf(')', i)
      continue
    }
    if (!isName(token) || before === '.') continue
    if (before === 'fn') {
      declared.push(token)
      locals = new Set()
    } else if (before === 'struct') {
      declared.push(token)
      inStruct = true
    } else if (locals && (['let', 'var', 'const'].includes(before) || (depth === 0 && after === ':')))
      locals.add(token) // a variable or a parameter
    else if (!locals && !inStruct && (['const', 'override'].includes(before) || (before === '>' && after === ':')))
      declared.push(token)
    else if (inStruct && depth === 1 && after === ':') continue
    else if (!OWN.has(token) && !locals?.has(token)) used.add(token)
  }
  return { imports, declared, used }
}
