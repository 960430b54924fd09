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
/** One page for all files of a browser, so that they share its devices and what these have compiled. */
const browser = { enabled: true, headless: true, screenshotFailures: false, isolate: false }

/** Tests by where they run: Node, the WebGPU of four stacks, pages driven from Node, the package as npm packs it. */
export default defineConfig({
  test: {
    reporters: ['default', './test/runner/reporter.ts'],
    projects: [
      {
        extends: './vite.config.ts',
        test: { name: 'cpu', include: ['test/cpu/**/*.test.ts'], environment: 'node', testTimeout: 60_000 },
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
              { name: 'chromium', browser: 'chromium', provide: { stack: { product: 'Chrome', subgroups: true } } },
              {
                name: 'chromium-no-subgroups',
                browser: 'chromium',
                provide: { stack: { product: 'Chrome', subgroups: false } },
                setupFiles: './test/runner/without_subgroups.ts',
                // Kernels without subgroups run in the other instance too, and in Firefox and Deno: here is what a device without them changes.
                include: ['test/gpu/{stack,sample,gumbel_softmax,concrete_log_prob,draws,noise,verify}.test.ts'],
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
          // Deno runs these on the same shader compiler and the same adapter.
          exclude: ['test/gpu/fuzz_*.test.ts'],
          browser: { ...browser, provider: firefox(), instances: [{ name: 'firefox', browser: 'firefox' }] },
          provide: { stack: { product: 'Firefox' } },
        },
      },
      {
        extends: './vite.config.ts',
        test: { ...gpu, name: 'deno', pool: denoPool, isolate: false, provide: { stack: { product: 'Deno' } } },
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
