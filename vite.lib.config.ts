import { defineConfig } from 'vite'

/** The library as published: one module, `dist/index.js`; its types are written by tsconfig.build.json. */
export default defineConfig({
  publicDir: false,
  build: {
    outDir: 'dist',
    target: 'es2022',
    lib: { entry: 'src/index.ts', formats: ['es'], fileName: 'index' },
  },
})
