import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { chromiumFlags, findChromium } from './scripts/chromium.ts'

const chromium = await findChromium()

/** Tests by where they run: Node, a real browser's WebGPU, and pages driven from Node. */
export default defineConfig({
  test: {
    reporters: ['default', './test/reporter.ts'],
    projects: [
      {
        extends: './vite.config.ts',
        test: { name: 'cpu', include: ['test/cpu/**/*.test.ts'], environment: 'node', testTimeout: 60_000 },
      },
      {
        extends: './vite.config.ts',
        test: {
          name: 'chromium',
          include: ['test/gpu/**/*.test.ts'],
          testTimeout: 120_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { executablePath: chromium, args: chromiumFlags() } }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        extends: './vite.config.ts',
        test: { name: 'pages', include: ['test/pages/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
      },
      {
        test: { name: 'package', include: ['test/package/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
      },
    ],
  },
})
