import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { type Browser, type Page, chromium } from 'playwright'
import { publint } from 'publint'
import ts from 'typescript'
import older from 'typescript-5.9'
import { type PreviewServer, build, preview } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findChromium, quickChromiumFlags } from '../../scripts/chromium'
import { asEs5, bundled } from '../helpers/bundle'
import { compile } from '../helpers/compile'
import { PAGE_TIMEOUT } from '../helpers/pages'

const ROOT = resolve(import.meta.dirname, '../..')
const BIN = resolve(ROOT, 'node_modules/.bin')

/** Pages that import from the package, as a bundler leaves them, gzipped: no more than these, in bytes. */
const MOST_BYTES = [
  ['all of it', "export * from 'gumbel-webgpu'", 90 * 1024],
  ['the generator alone', "export { philox4x32 } from 'gumbel-webgpu'", 8 * 1024],
  ['a synchronous draw alone', "export { sampleSync } from 'gumbel-webgpu'", 16 * 1024],
] as const
/** What Node prints of an error that nobody catches: less than this, in characters. */
const MOST_PRINTED = 4096

/** Modules of runtimes. */
const ADAPTERS = ['onnxruntime', 'tfjs', 'transformers', 'web_llm']

/** What `consumer/draw.js` draws everywhere. */
const TOKENS = [826, 918, 231, 859, 68, 262, 803, 672, 761, 506, 476, 413]

const VALUES = [
  'DeviceError',
  'InvalidRowsError',
  'combinePartials',
  'createSampler',
  'gumbelSoftmaxBackwardSync',
  'gumbelSoftmaxSync',
  'philox4x32',
  'sampleSync',
]
const TYPES = [
  'Adjustments',
  'Bias',
  'Bitmask',
  'BufferAdjustments',
  'BufferLogits',
  'BufferRows',
  'BufferValues',
  'CombineOptions',
  'ConcreteLogProbOptions',
  'Decoded',
  'Decoder',
  'DecoderOptions',
  'DescribedPenalties',
  'DraftDraws',
  'EncodeGumbelGivenIndexOptions',
  'EncodeGumbelSoftmaxBackwardOptions',
  'EncodeGumbelSoftmaxOptions',
  'EncodeGumbelSoftmaxShared',
  'EncodeNoiseOptions',
  'EncodeSampleOptions',
  'EncodeVerifyDraftOptions',
  'FilterOptions',
  'Finished',
  'Float16ArrayLike',
  'FromBuffers',
  'GpuSampler',
  'GumbelGivenIndexCallOptions',
  'GumbelGivenIndexResult',
  'GumbelSoftmaxBackwardCallOptions',
  'GumbelSoftmaxBackwardResult',
  'GumbelSoftmaxCallOptions',
  'GumbelSoftmaxOptions',
  'GumbelSoftmaxResult',
  'HostLogits',
  'HostRows',
  'HostValues',
  'IndexView',
  'Indices',
  'InvalidReason',
  'InvalidRow',
  'LogGumbelSoftmaxCallOptions',
  'LogGumbelSoftmaxResult',
  'LogProbsView',
  'Logits',
  'MethodOptions',
  'NextOptions',
  'NoiseKind',
  'NoiseOptions',
  'OfLogits',
  'OutputView',
  'Penalties',
  'Place',
  'PreparedCall',
  'PreparedOptions',
  'PreparedRecording',
  'ReplacementOptions',
  'RestartOptions',
  'RowsView',
  'SampleCallOptions',
  'SampleOptions',
  'SampleResult',
  'Sampler',
  'SamplerOptions',
  'SamplesView',
  'Seed',
  'SettingView',
  'SparseBias',
  'TokenRoom',
  'Tokens',
  'TopLogProbsView',
  'Values',
  'Verification',
  'VerifyDraftOptions',
  'VerifyDraftResult',
  'VerifyOptions',
  'ViewNames',
  'WithDescribedPenalties',
]
const METHODS = [
  'concreteLogProb',
  'createDecoder',
  'destroy',
  'encodeGumbelGivenIndex',
  'encodeGumbelSoftmax',
  'encodeGumbelSoftmaxBackward',
  'encodeNoise',
  'encodeSample',
  'encodeVerifyDraft',
  'gumbelGivenIndex',
  'gumbelSoftmax',
  'gumbelSoftmaxBackward',
  'noise',
  'prepare',
  'sample',
  'verify',
  'verifyDraft',
]

/** What `compareBackends` of `consumer/draw.js` gives. */
interface Compared {
  ok: boolean
  worst: Record<string, number>
}

declare global {
  // What the pages of `consumer/` set.
  interface Window {
    drawn: Promise<unknown>
    drawnInWorker: Promise<unknown>
    compare(): Promise<Compared>
  }
}

let project: string
let tarball: string
let installed: string

/** Runs a command in the project and gives what it prints; fails with that if the command does. */
async function run(command: string, args: string[], cwd = project): Promise<string> {
  try {
    const env = { ...process.env, XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? project }
    const { stdout } = await promisify(execFile)(command, args, { cwd, env, maxBuffer: 2 ** 26 })
    return stdout
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout?: string; stderr?: string }
    throw new Error([message, stdout, stderr].join('\n'), { cause: error })
  }
}

/** What the recipes of `examples/` draw, after the name of the backend. */
const DRAWN_BY_RECIPES = '2 0'

/** Packs the package and installs it, and nothing else, into a project of its own, which has the recipes too. */
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'gumbel-webgpu-package-'))
  await cp(resolve(import.meta.dirname, 'consumer'), project, { recursive: true })
  for (const file of ['node.mjs', 'deno.ts', 'import_map.html', 'vite.html', 'vite.ts', 'worker.ts'])
    await cp(resolve(ROOT, 'examples', file), join(project, 'recipes', file))
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  await run('npm', ['pack', '--pack-destination', project], ROOT)
  tarball = (await readdir(project)).find((file) => file.endsWith('.tgz'))!
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${tarball}`])
  installed = join(project, 'node_modules/gumbel-webgpu')
})

afterAll(async () => {
  await rm(project, { recursive: true, force: true })
})

describe('the package', () => {
  test('holds one module and its adapters, their types and source maps, and the documents', async () => {
    const files = await readdir(installed, { recursive: true, withFileTypes: true })
    const names = files.filter((file) => file.isFile()).map(({ name }) => name)
    expect(names.toSorted()).toEqual(
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'index.d.ts',
        'index.js',
        'index.js.map',
        'package.json',
        ...ADAPTERS.flatMap((name) => [`${name}.d.ts`, `${name}.js`, `${name}.js.map`]),
      ].toSorted(),
    )
    const own = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'))
    expect(own.dependencies).toBeUndefined()
    const peers = Object.keys(own.peerDependencies)
    expect(peers.filter((name) => !own.peerDependenciesMeta[name]?.optional)).toEqual([])
  })

  test.each(MOST_BYTES)('bundled, %s is small', async (name, importing, most) => {
    const code = await bundled(importing, project)
    const { length } = gzipSync(code, { level: 9 })
    console.log(`bundled, ${name}: ${Buffer.byteLength(code)} bytes, ${length} gzipped; at most ${most}`)
    expect(length).toBeLessThanOrEqual(most)
    expect(code.includes('@compute'), 'whether there is WGSL').toBe(name === 'all of it')
  })

  test('has no long lines, kernels included', async () => {
    const lines = (await readFile(join(installed, 'dist/index.js'), 'utf8')).split('\n')
    expect(lines.filter((line) => line.startsWith('fn philox4x32('))).toHaveLength(1)
    expect(lines.filter((line) => line.length > 400)).toEqual([])
  })

  test('is clean to publint and to attw', async () => {
    const { messages } = await publint({ pkgDir: installed, pack: false, strict: true })
    expect(messages).toEqual([])
    // It exits with an error where it finds anything.
    expect(await run(join(BIN, 'attw'), ['--profile', 'esm-only', tarball])).toContain('gumbel-webgpu')
  })

  test('exports these names and no others', () => {
    const file = join(installed, 'dist/index.d.ts')
    const program = ts.createProgram([file], { target: ts.ScriptTarget.ES2022, types: [] })
    const checker = program.getTypeChecker()
    const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!
    const names = checker.getExportsOfModule(module)
    expect(names.map(({ name }) => name).toSorted()).toEqual([...VALUES, ...TYPES].toSorted())
    const sampler = checker.getDeclaredTypeOfSymbol(names.find(({ name }) => name === 'Sampler')!)
    const members = checker.getPropertiesOfType(sampler).map(({ name }) => name)
    expect(members.toSorted()).toEqual(['backend', 'device', ...METHODS].toSorted())
  })
})

describe.each([ts, older as unknown as typeof ts])('types in TypeScript $version', (version) => {
  // TypeScript's own libraries take longest to check.
  const fixed = { strict: true, noEmit: true, target: 'es2022', skipDefaultLibCheck: true }
  /** WebGPU's types, where they are in no library. */
  const types = version.version.startsWith('5.') ? ['@webgpu/types'] : []

  beforeAll(async () => {
    await mkdir(join(project, 'node_modules/@webgpu'), { recursive: true })
    await symlink(resolve(ROOT, 'node_modules/@webgpu/types'), join(project, 'node_modules/@webgpu/types')).catch(
      () => {}, // The other version has made it.
    )
  })

  describe.each([
    { module: 'node16', moduleResolution: 'node16' },
    { module: 'nodenext', moduleResolution: 'nodenext' },
    { module: 'esnext', moduleResolution: 'bundler' },
  ])('and $moduleResolution serve', (modules) => {
    const check = (file: string, options: object) =>
      expect(compile(version, project, file, { ...fixed, ...modules, ...options })).toEqual([])

    test.each(['dom', 'webworker'])('with %s', (lib) => {
      const options = { lib: ['es2022', lib], types }
      check('consumer.ts', { ...options, skipLibCheck: true })
      // @webgpu/types names elements of the DOM.
      if (lib === 'dom' || types.length === 0) check('consumer.ts', { ...options, skipLibCheck: false })
    })

    test('without either, where libraries are not checked', () => {
      const options = { lib: ['es2022'], skipLibCheck: true }
      check('cpu.ts', { ...options, types: [] })
      check('gpu.ts', { ...options, types: ['@webgpu/types'] })
    })
  })
})

describe('types in TypeScript 7, which has a command and no interface', () => {
  test.each(['dom', 'webworker'])('with %s', async (lib) => {
    const config = join(project, `tsconfig.${lib}.json`)
    const compilerOptions = { strict: true, noEmit: true, target: 'es2022', module: 'nodenext', types: [] }
    const options = { ...compilerOptions, lib: ['es2022', lib], skipLibCheck: false }
    await writeFile(config, JSON.stringify({ compilerOptions: options, files: ['consumer.ts'] }))
    expect(await run(process.execPath, [resolve(ROOT, 'node_modules/typescript-7/bin/tsc'), '-p', config])).toBe('')
  })
})

/** What `consumer/node.js` prints. */
const IN_NODE = {
  names: VALUES,
  auto: 'cpu',
  refused: { isDeviceError: true, text: 'DeviceError: WebGPU is not available here: navigator.gpu is missing' },
  drawn: { backend: 'cpu', tokens: TOKENS },
}

test('runs in Node, which has no WebGPU', async () => {
  expect(JSON.parse(await run(process.execPath, ['node.js']))).toEqual(IN_NODE)
})

const [major, minor] = process.versions.node.split('.').map(Number)

test.skipIf(major === 20 && minor < 19)('is there for require()', async () => {
  const { names, indices } = JSON.parse(await run(process.execPath, ['required.cjs']))
  expect(names.toSorted()).toEqual(VALUES)
  expect(indices.join(' ')).toBe(DRAWN_BY_RECIPES)
})

test('runs in Node as Babel rewrites it for old browsers', async () => {
  const old = join(project, 'old')
  const module = 'node_modules/gumbel-webgpu/dist/index.js'
  for (const path of ['package.json', 'node.js', 'draw.js', 'node_modules'])
    await cp(join(project, path), join(old, path), { recursive: true })
  const code = await asEs5(await readFile(join(project, module), 'utf8'))
  expect(code).not.toMatch(/^\s*(class|const|let) /m)
  await writeFile(join(old, module), code)
  expect(JSON.parse(await run(process.execPath, ['node.js'], old))).toEqual(IN_NODE)
})

test('an error that nobody catches shows the line that threw it, and little else', async () => {
  const error = await promisify(execFile)(process.execPath, ['uncaught.js'], { cwd: project }).catch((e) => e)
  expect(error).toMatchObject({ code: 1, stdout: '' })
  const { stderr } = error as { stderr: string }
  expect(stderr.length).toBeLessThan(MOST_PRINTED)
  const [place, line, , , message] = stderr.split('\n')
  expect(place).toMatch(/gumbel-webgpu\/dist\/index\.js:\d+$/)
  expect(line).toMatch(/^\s+.*throw new RangeError\(`\$\{name\} is \$\{value\}; it must be /)
  expect(message).toBe('RangeError: temperature is -1; it must be 0 or from 1e-18 to 1e18')
})

/** The package's kernels compute what the CPU does: the same bits, or as near as builtins are. */
function expectEqualBackends({ ok, worst }: Compared): void {
  expect(ok).toBe(true)
  expect(Object.keys(worst).length).toBeGreaterThan(10)
  for (const [name, distance] of Object.entries(worst))
    expect(distance, name).toBeLessThanOrEqual(name.startsWith('exact') ? 0 : 1e-5)
}

test('runs in Deno, by WebGPU', async () => {
  const { drawn, compared } = JSON.parse(await run(join(BIN, 'deno'), ['run', '-A', '--unstable-webgpu', 'deno.js']))
  expect(drawn).toEqual({ backend: 'webgpu', tokens: TOKENS })
  expectEqualBackends(compared)
})

describe('the recipe of', () => {
  test('Node draws by WebGPU, where the package webgpu has an adapter', async () => {
    await symlink(resolve(ROOT, 'node_modules/webgpu'), join(project, 'node_modules/webgpu'))
    // Chromium's own software adapter, which lies beside it.
    const driver = join(dirname(await realpath(findChromium())), 'vk_swiftshader_icd.json')
    const found = existsSync(driver)
    const env = { XDG_RUNTIME_DIR: project, ...process.env, ...(found && { VK_ICD_FILENAMES: driver }) }
    const { stdout } = await promisify(execFile)(process.execPath, ['recipes/node.mjs'], { cwd: project, env })
    const [backend, ...drawn] = stdout.trim().split(' ')
    expect(drawn.join(' ')).toBe(DRAWN_BY_RECIPES)
    expect(found ? backend : 'webgpu').toBe('webgpu')
  })

  test('Deno draws by WebGPU', async () => {
    const drawn = await run(join(BIN, 'deno'), ['run', '-A', '--unstable-webgpu', 'recipes/deno.ts'])
    expect(drawn.trim()).toBe(`webgpu ${DRAWN_BY_RECIPES}`)
  })
})

describe('in Chromium', () => {
  let browser: Browser
  let server: PreviewServer
  let page: Page
  let escaped: string[]

  beforeAll(async () => {
    const input = ['index.html', 'recipes/vite.html'].map((page) => join(project, page))
    const outDir = 'site'
    const options = { outDir, target: 'es2022', rolldownOptions: { input } }
    await build({ root: project, base: './', configFile: false, logLevel: 'error', build: options })
    // Beside the built pages, the plain ones and what they load, as they are.
    for (const path of ['plain.html', 'plain_worker.js', 'draw.js', 'node_modules/gumbel-webgpu'])
      await cp(join(project, path), join(project, outDir, path), { recursive: true })
    // The recipe's import map names a folder beside the page.
    await cp(join(project, 'recipes/import_map.html'), join(project, outDir, 'import_map.html'))
    server = await preview({
      root: project,
      configFile: false,
      build: { outDir: 'site' },
      preview: { host: '127.0.0.1', port: 0 },
    })
    browser = await chromium.launch({ executablePath: await findChromium(), args: quickChromiumFlags() })
    page = await browser.newPage({ baseURL: server.resolvedUrls!.local[0] })
    page.setDefaultTimeout(PAGE_TIMEOUT)
    page.on('pageerror', ({ message }) => escaped.push(message))
    page.on('console', (message) => escaped.push(message.text()))
  })

  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  test.each([
    ['a page that Vite built', 'index.html'],
    ['a plain page', 'plain.html'],
  ])('runs in %s, and in its worker', async (_, path) => {
    escaped = []
    await page.goto(path)
    const [drawn, drawnInWorker] = await page.evaluate(() => Promise.all([window.drawn, window.drawnInWorker]))
    expect(drawn).toEqual({ backend: 'webgpu', tokens: TOKENS })
    expect(drawnInWorker).toEqual({ backend: 'webgpu', tokens: TOKENS })
    expect(escaped).toEqual([])
  })

  test.each(['import_map.html', 'recipes/vite.html'])('the recipe %s draws by WebGPU', async (path) => {
    escaped = []
    await page.goto(path)
    await page.locator('output:not(:empty)').waitFor()
    expect(await page.locator('output').innerText()).toBe(`webgpu ${DRAWN_BY_RECIPES}`)
    expect(escaped).toEqual([])
  })

  test('computes what the CPU does', async () => {
    escaped = []
    await page.goto('index.html')
    expectEqualBackends(await page.evaluate(() => window.compare()))
    expect(escaped).toEqual([])
  })
})
