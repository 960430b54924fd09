/** The blocks of TypeScript of docs/learning.md, each a module of its own, with what the guide takes as given: checked, and run on the CPU. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createSampler } from 'gumbel-webgpu'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { randomLogits } from '../helpers/logits'

const ROOT = resolve(import.meta.dirname, '../..')
const GUIDE = 'docs/learning.md'

/** What stands for the reader's own: a block has what it names, and none of what it declares itself. */
const GIVEN: Record<string, string> = {
  sampler: "import('gumbel-webgpu').Sampler",
  logits: 'Float32Array',
  numClasses: 'number',
  batchSize: 'number',
  step: 'number',
  baseline: 'number',
  gradientOfLoss: '(samples: Float32Array) => Float32Array',
  lossesOf: '(indices: Int32Array) => number[]',
  softmaxOfRows: '(scores: Float32Array, tau: number) => Float32Array',
  inputs: "import('@tensorflow/tfjs').Tensor2D",
  lossOf: "(samples: import('@tensorflow/tfjs').Tensor2D) => import('@tensorflow/tfjs').Scalar",
  device: 'GPUDevice',
  logitsBuffer: 'GPUBuffer',
  samplesBuffer: 'GPUBuffer',
  gradSamplesBuffer: 'GPUBuffer',
  gradLogitsBuffer: 'GPUBuffer',
  recordLoss: '(encoder: GPUCommandEncoder, samples: GPUBuffer, gradSamples: GPUBuffer) => void',
}

const blocks = [...readFileSync(resolve(ROOT, GUIDE), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(
  ([, code]) => code,
)

function moduleOf(code: string): string {
  const given = Object.entries(GIVEN).filter(
    ([name]) => new RegExp(`\\b${name}\\b`).test(code) && !new RegExp(`const (\\{[^}]*\\b)?${name}\\b`).test(code),
  )
  return `${given.map(([name, type]) => `declare const ${name}: ${type}`).join('\n')}\n${code}export {}\n`
}

const files = new Map(blocks.map((code, i) => [resolve(ROOT, `docs/block_${i}.ts`), moduleOf(code)]))

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

/** What the reader's own is where blocks are run: the values of a batch of 4 rows. */
async function values(): Promise<Record<string, unknown>> {
  const [numClasses, step, baseline] = [5, 1, 0.5]
  return {
    sampler: await createSampler({ backend: 'cpu' }),
    logits: randomLogits('normal', 4, numClasses, 1),
    numClasses,
    step,
    baseline,
    gradientOfLoss: (samples: Float32Array) => samples,
    lossesOf: (indices: Int32Array) => [...indices],
    softmaxOfRows: (scores: Float32Array) => scores,
  }
}

// An option with a wrong name is no type error where it comes in a variable; the library refuses it.
test.each(blocks.filter((code) => !/^import|encoder/m.test(code)))('runs: %s', async (code) => {
  const given = await values()
  const script = ts.transpile(code, { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext })
  const body = `return (async () => {${script}\nreturn true })()`
  expect(await new Function(...Object.keys(given), body)(...Object.values(given))).toBe(true)
})

test('the blocks of the guide have no type error', () => {
  expect(blocks.length).toBeGreaterThan(5)
  for (const [path, errors] of check()) expect(errors, files.get(path)).toEqual([])
})
