import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { findChromium, quickChromiumFlags } from './scripts/chromium.ts'
import { denoPool } from './test/runner/deno_pool.ts'
import { firefox } from './test/runner/firefox_provider.ts'

const chromium = playwright({
  launchOptions: {
    get executablePath() {
      return findChromium()
    },
    args: quickChromiumFlags(),
  },
})
const globalSetup = './test/runner/install.ts'
/** How long `expect.poll` waits: by default for a second, which is short where tests share their machine. */
const expect = { poll: { timeout: 120_000 } }
const gpu = { include: ['test/gpu/**/*.test.ts'], testTimeout: 240_000, globalSetup, expect }
/** MATRIX=whole has each stack run all cases of all files; without it a stack runs what crosses each of its kernels once. */
const whole = process.env.MATRIX === 'whole'
/** Set by `npm run verify:fuzz`, and in order to meet a failure of it again. */
const fuzzed = ['VITE_FUZZ_FACTOR', 'VITE_FUZZ_PATH'].some((name) => process.env[name] !== undefined)
/** Left to Deno, which compiles kernels of many shapes fastest. */
const fuzz = 'test/gpu/fuzz_*.test.ts'
const names = (text: TemplateStringsArray) => text.join('').trim().split(/\s+/)
const files = (of: readonly string[]) => `test/gpu/{${of.join(',')}}.test.ts`
/** Of ways to read rows, of dispatches and of the soak, whose kernels the other files have as well. */
const repeated = names`adjusted_reads adjustments flawed_rows logits_types soak tiling`
/** Of models on the CPU, which Firefox computes as fast; `gpt2` has them on the GPU in both browsers. */
const onCpu = 'test/gpu/transformers.test.ts'
/** Of the host's code alone; Deno has the globals of browsers, and gives them up. */
const globals = 'test/gpu/faults_globals.test.ts'
/** Of kernels of which Chromium has a few draws each, by the table of `draws.test.ts`: it compiles them for three times as long as Deno. */
const tabled = names`
  concrete_log_prob filters gumbel_given_index gumbel_softmax gumbel_softmax_backward
  gumbel_softmax_backward_encode gumbel_softmax_backward_given inverse_cdf log_probs log_samples masked_rows replacement sample top_p`
/** Of kernels alone, which Deno gives to the shader compiler and the adapter that Firefox has. */
const kernels = [...repeated, ...tabled, ...names`battery draws exact_scores extremes far invariance limits tail`]
/** One page for all files of a browser, so that they share its devices and what these have compiled. */
const browser = { enabled: true, headless: true, screenshotFailures: false, isolate: false, fileParallelism: false }

/** Tests by where they run: Node, the WebGPU of four stacks, pages driven from Node, the package as npm packs it. */
export default defineConfig({
  test: {
    reporters: ['default', './test/runner/reporter.ts'],
    // On two cores there is one by default, and files that need a process of their own wait for all others.
    maxWorkers: 2,
    projects: [
      {
        extends: './vite.config.ts',
        test: {
          name: 'cpu',
          include: ['test/cpu/**/*.test.ts'],
          environment: 'node',
          testTimeout: 60_000,
          // One process, so that modules are loaded once.
          isolate: false,
        },
      },
      {
        extends: './vite.config.ts',
        test: {
          ...gpu,
          name: 'gpu-chromium',
          exclude: whole ? [] : [globals, onCpu, files([...repeated, ...tabled]), ...(fuzzed ? [] : [fuzz])],
          browser: {
            ...browser,
            provider: chromium,
            instances: [
              {
                name: 'chromium',
                browser: 'chromium',
                provide: { stack: { product: 'Chrome', subgroups: true, whole } },
              },
              {
                name: 'chromium-no-subgroups',
                browser: 'chromium',
                provide: { stack: { product: 'Chrome', subgroups: false, whole: false } },
                setupFiles: './test/runner/without_subgroups.ts',
                // Kernels without subgroups run in the other instance too, and in Firefox and Deno: here is that the library asks for no others.
                include: ['test/gpu/{stack,contract,encode,settings_in_buffers}.test.ts'],
              },
            ],
          },
        },
      },
      {
        extends: './vite.config.ts',
        test: {
          ...gpu,
          name: 'gpu-firefox',
          // TensorFlow.js has no WebGPU here.
          exclude: ['test/gpu/tfjs.test.ts', ...(whole ? [] : [globals, files(kernels), ...(fuzzed ? [] : [fuzz])])],
          browser: { ...browser, provider: firefox(), instances: [{ name: 'firefox', browser: 'firefox' }] },
          provide: { stack: { product: 'Firefox', whole } },
        },
      },
      {
        extends: './vite.config.ts',
        test: {
          ...gpu,
          name: 'deno',
          // Statistics of the CPU's bits, which Chromium draws too; and runtimes that have WebGPU in browsers alone.
          exclude: ['test/gpu/{battery,gpt2,jax_js,tfjs,transformers}.test.ts'],
          pool: denoPool,
          isolate: false,
          provide: { stack: { product: 'Deno', whole } },
        },
      },
      {
        extends: './vite.config.ts',
        test: {
          name: 'pages',
          include: ['test/pages/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          globalSetup: [globalSetup, './test/runner/built_pages.ts'],
          expect,
        },
      },
      {
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          globalSetup,
        },
      },
    ],
  },
})
