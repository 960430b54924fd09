import { defineConfig } from 'vitest/config'
import { firefox } from './test/firefox_provider.ts'

/** The GPU tests in Firefox: `npm run test:firefox`. */
export default defineConfig({
  test: {
    reporters: ['default', './test/reporter.ts'],
    projects: [
      {
        extends: './vite.config.ts',
        test: {
          name: 'firefox',
          include: ['test/gpu/**/*.test.ts'],
          testTimeout: 240_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: firefox(),
            instances: [{ browser: 'firefox' }],
          },
        },
      },
    ],
  },
})
