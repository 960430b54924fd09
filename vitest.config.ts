import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { chromiumFlags, findChromium } from './scripts/chromium.ts'
import { denoPool } from './test/runner/deno_pool.ts'
import { firefox } from './test/runner/firefox_provider.ts'

const chromium = playwright({
  launchOptions: {
    get executablePath() {
      return findChromium()
    },
    args: chromiumFlags(),
  },
})
const globalSetup = './test/runner/install.ts'
/** How long `expect.poll` waits: by default for a second, which is short where tests share their machine. */
const expect = { poll: { timeout: 120_000 } }
const gpu = { include: ['test/gpu/**/*.test.ts'], testTimeout: 240_000, globalSetup, expect }
/**
 * Deno runs whole matrices of cases; Chromium, whose software adapter takes longest to compile a kernel, and Firefox, which has Deno's
 * compiler and adapter, run what crosses each kernel once. MATRIX=whole has each stack run all.
 */
const whole = process.env.MATRIX === 'whole'
/** One page for all files of a browser, so that they share its devices and what these have compiled. */
const browser = { enabled: true, headless: true, screenshotFailures: false, isolate: false }

/** Tests by where they run: Node, the WebGPU of four stacks, pages driven from Node, the package as npm packs it. */
export default defineConfig({
  test: {
    reporters: ['default', './test/runner/reporter.ts'],
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
          // Of kernels alone, which Deno gives to the same shader compiler and the same adapter; and of TensorFlow.js, which Chromium has.
          exclude: ['test/gpu/{battery,exact_scores,flawed_rows,fuzz_*,masked_rows,tfjs,tiling}.test.ts'],
          browser: { ...browser, provider: firefox(), instances: [{ name: 'firefox', browser: 'firefox' }] },
          provide: { stack: { product: 'Firefox', whole } },
        },
      },
      {
        extends: './vite.config.ts',
        test: {
          ...gpu,
          name: 'deno',
          // Statistics of the CPU's bits, which Chromium draws too; onnxruntime-web has WebGPU in browsers alone.
          exclude: ['test/gpu/{battery,gpt2,transformers}.test.ts'],
          pool: denoPool,
          isolate: false,
          provide: { stack: { product: 'Deno', whole: true } },
        },
      },
      {
        extends: './vite.config.ts',
        test: {
          name: 'pages',
          include: ['test/pages/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          globalSetup,
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
