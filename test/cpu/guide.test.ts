/**
 * The blocks of TypeScript of the README and of the guides, each a module of its own, with what the text takes as given: checked, and run on
 * the CPU where they need neither a GPU nor another package. What they log is what their comments say.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { format } from 'node:util'
import * as library from 'gumbel-webgpu'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { exports as subpaths } from '../../package.json'
import { CONTENTS, HOME } from '../../scripts/site/contents'
import { randomLogits } from '../helpers/logits'

const ROOT = resolve(import.meta.dirname, '../..')

const guides = CONTENTS.filter(({ title }) => ['Guides', 'Runtimes'].includes(title)).flatMap(({ labels }) =>
  Object.keys(labels),
)
const DOCUMENTS = ['README.md', ...[HOME, ...guides].map((name) => `docs/${name}.md`)]

/** What stands for the reader's own: a block has what it names, and none of what it declares itself. */
const GIVEN: Record<string, string> = {
  sampler: "import('gumbel-webgpu').Sampler",
  createSampler: "typeof import('gumbel-webgpu').createSampler",
  decoder: "import('gumbel-webgpu').Decoder",
  logits: 'Float32Array',
  row: 'Float32Array',
  positionLogits: 'Float32Array',
  gradSamples: 'Float32Array',
  numClasses: 'number',
  vocabulary: 'number',
  batchSize: 'number',
  step: 'number',
  baseline: 'number',
  eos: 'number',
  tokens: 'Int32Array',
  lengths: 'number[]',
  promptLengths: 'number[]',
  prompts: 'number[][]',
  bitmask: 'Uint32Array',
  draft: 'Int32Array',
  indices: 'Int32Array<ArrayBuffer>',
  accepted: 'Int32Array<ArrayBuffer>',
  modelOf: '(ids: Int32Array) => Float32Array',
  gradientOfLoss: '(samples: Float32Array) => Float32Array',
  lossesOf: '(indices: Int32Array) => number[]',
  softmaxOfRows: '(scores: Float32Array, tau: number) => Float32Array',
  inputs: "import('@tensorflow/tfjs').Tensor2D",
  lossOf: "(samples: import('@tensorflow/tfjs').Tensor2D) => import('@tensorflow/tfjs').Scalar",
  device: 'GPUDevice',
  encoder: 'GPUCommandEncoder',
  logitsBuffer: 'GPUBuffer',
  idsBuffer: 'GPUBuffer',
  samplesBuffer: 'GPUBuffer',
  gradSamplesBuffer: 'GPUBuffer',
  gradLogitsBuffer: 'GPUBuffer',
  recordLoss: '(encoder: GPUCommandEncoder, samples: GPUBuffer, gradSamples: GPUBuffer) => void',
  recordModel: '(encoder: GPUCommandEncoder, ids: GPUBuffer, logits: GPUBuffer) => void',
}

/** The same, of documents that mean something else by a name. */
const GIVEN_OF: Record<string, Record<string, string>> = {
  'docs/onnxruntime.md': {
    session: "import('onnxruntime-web').InferenceSession",
    feeds: "Record<string, import('onnxruntime-web').Tensor>",
    promptIds: "import('onnxruntime-web').Tensor",
  },
  'docs/runtimes.md': {
    model: '{ run(inputs: object[]): Promise<{ toGpuBuffer(): GPUBuffer; delete(): void }[]> }',
    inputTensors: 'object[]',
  },
  'docs/web_llm.md': {
    engine: "import('@mlc-ai/web-llm').MLCEngine",
    processor: "import('gumbel-webgpu/web-llm').GumbelLogitProcessor",
  },
  'docs/transformers.md': {
    sampler: "import('gumbel-webgpu').Sampler",
    model: "import('@huggingface/transformers').PreTrainedModel",
    tokenizer: "import('@huggingface/transformers').PreTrainedTokenizer",
    inputs: 'Record<string, unknown>',
  },
}

/** The same, of blocks that import a package. */
const GIVEN_WITH: Record<string, Record<string, string>> = {
  '@tensorflow/tfjs': { logits: "import('@tensorflow/tfjs').Tensor2D" },
}

interface Block {
  document: string
  code: string
}

/** The package and its subpaths; a block of one that package.json does not export is left. */
const modules = Object.keys(subpaths).map((path) => `gumbel-webgpu${path.slice(1)}`)
const imports = (code: string) => [...code.matchAll(/^import .*?'([^']+)'/gm)].map(([, from]) => from)
const packages = (block: Block) =>
  [...moduleOf(block).matchAll(/\b(?:from|import) ?\(?'([^']+)'/g)].map(([, from]) => from)
const isThere = (block: Block) =>
  packages(block).every((from) => !from.startsWith('gumbel-webgpu') || modules.includes(from))

/** Whether the code names this, and not a property or a part of a word. */
const names = (code: string, name: string) => new RegExp(`(?<!\\w|(?<!\\.\\.)\\.)${name}\\b(?!:)`).test(code)
const declares = (code: string, name: string) =>
  new RegExp(
    `(const|let) (\\[[^\\]=]*\\b|\\{[^}]*\\b)?${name}\\b(?!:)|import .*\\b${name}\\b.* from|\\bfor \\(let ${name}\\b`,
  ).test(code)

function moduleOf({ document, code }: Block): string {
  const all = Object.assign({}, GIVEN, GIVEN_OF[document], ...imports(code).map((from) => GIVEN_WITH[from]))
  const given = Object.entries(all).filter(([name]) => names(code, name) && !declares(code, name))
  return `${given.map(([name, type]) => `declare const ${name}: ${type}`).join('\n')}\n${code}export {}\n`
}

const blocks: Block[] = DOCUMENTS.flatMap((document) =>
  [...readFileSync(resolve(ROOT, document), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => ({
    document,
    code,
  })),
).filter(isThere)

const files = new Map(blocks.map((block, i) => [resolve(ROOT, `docs/block_${i}.ts`), moduleOf(block)]))

function check(): Map<string, string[]> {
  const { config } = ts.readConfigFile(resolve(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path))
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, ROOT)
  // The package of all of TensorFlow.js, of which this project has the core alone.
  const paths = { ...options.paths, '@tensorflow/tfjs': ['./node_modules/@tensorflow/tfjs-core'] }
  // What a block shows and does not use is no mistake.
  const loose = { noUnusedLocals: false, noUnusedParameters: false, types: ['@webgpu/types'] }
  const all = { ...options, ...loose, paths }
  const host = ts.createCompilerHost(all)
  const { fileExists, getSourceFile, readFile } = host
  host.fileExists = (path) => files.has(path) || fileExists(path)
  host.readFile = (path) => files.get(path) ?? readFile(path)
  host.getSourceFile = (path, ...rest) => {
    const text = files.get(path)
    return text === undefined ? getSourceFile(path, ...rest) : ts.createSourceFile(path, text, rest[0])
  }
  const program = ts.createProgram([...files.keys()], all, host)
  return new Map(
    [...files.keys()].map((path) => {
      const file = program.getSourceFile(path)!
      const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
      return [path, found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))]
    }),
  )
}

/** What the reader's own is where blocks are run: the values of a batch of 4 rows of 5 classes. */
async function values(): Promise<Record<string, unknown>> {
  const [batchSize, numClasses, step, baseline] = [4, 5, 1, 0.5]
  const sampler = await library.createSampler({ backend: 'cpu' })
  const logits = randomLogits('normal', batchSize, numClasses, 1)
  return {
    sampler,
    decoder: sampler.createDecoder({ batchSize, numClasses, maxTokens: 20, seed: 1, maxPromptTokens: 2 }),
    logits,
    row: logits.subarray(0, numClasses),
    positionLogits: randomLogits('normal', 8, numClasses, 2),
    gradSamples: logits,
    numClasses,
    vocabulary: numClasses,
    batchSize,
    step,
    baseline,
    eos: 0,
    tokens: new Int32Array(2 * batchSize),
    lengths: [2, 1, 2, 0],
    promptLengths: [1, 1, 2, 0],
    bitmask: new Uint32Array(batchSize).fill(0b10111),
    indices: new Int32Array(4 * batchSize),
    accepted: new Int32Array(batchSize),
    createSampler: library.createSampler,
    modelOf: (ids: Int32Array) => randomLogits('normal', ids.length, numClasses, ids[0]),
    gradientOfLoss: (samples: Float32Array) => samples,
    lossesOf: (indices: Int32Array) => [...indices],
    softmaxOfRows: (scores: Float32Array) => scores,
  }
}

/** Blocks that need a GPU; those that need other packages are left too. */
const LEFT = /\b(encoder|device|logitsBuffer|inputTensors)\b/
const runs = (block: Block) => packages(block).every((from) => from === 'gumbel-webgpu') && !LEFT.test(block.code)

// An option with a wrong name is no type error where it comes in a variable; the library refuses it.
test.each(blocks.filter(runs))('$document runs: $code', async ({ code }) => {
  const given = await values()
  const logged: string[] = []
  const console = {
    log: (...all: unknown[]) => logged.push(format(...all)),
    warn: () => {},
    assert: (holds: boolean) => expect(holds).toBe(true),
  }
  const imported = code.replace(/^import (\{.*\}) from 'gumbel-webgpu'$/gm, 'const $1 = library')
  const script = ts.transpile(imported, { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext })
  const scope: Record<string, unknown> = { library, console }
  for (const [name, value] of Object.entries(given)) if (!declares(code, name)) scope[name] = value
  const body = `return (async () => {${script}\nreturn true })()`
  expect(await new Function(...Object.keys(scope), body)(...Object.values(scope))).toBe(true)
  const said = [...code.matchAll(/^console\.log\(.*\) \/\/ (.*)$/gm)].map(([, text]) => text)
  expect(logged.slice(0, said.length)).toEqual(said)
})

test('the blocks of all documents have no type error', () => {
  expect(new Set(blocks.map(({ document }) => document)).size).toBeGreaterThan(8)
  const wrong = [...check()].filter(([, errors]) => errors.length > 0)
  expect(wrong.map(([path, errors]) => [files.get(path), ...errors].join('\n'))).toEqual([])
})

/** The anchors of a document's headings, as GitHub and TypeDoc make them. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )

test('links of the README and of all documents lead to files and headings', () => {
  const lost: string[] = []
  const documents = readdirSync(resolve(ROOT, 'docs')).map((name) => `docs/${name}`)
  for (const document of ['README.md', ...documents]) {
    const text = readFileSync(resolve(ROOT, document), 'utf8')
    for (const [, target] of text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/\]\(([^)\s]+)\)/g)) {
      const [path, anchor] = target.split('#')
      if (path.startsWith('https:')) continue
      const file = path === '' ? resolve(ROOT, document) : resolve(ROOT, dirname(document), path)
      const found = existsSync(file) && (!anchor || anchorsOf(readFileSync(file, 'utf8')).includes(anchor))
      if (!found) lost.push(`${document}: ${target}`)
    }
  }
  expect(lost).toEqual([])
})
