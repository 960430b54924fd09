import { resolve } from 'node:path'
import { defineConfig } from 'vite'
import { strippedWgsl } from './scripts/strip_wgsl.ts'

/**
 * The library as published: one module, `dist/index.js`, which people can read where an error points into it; bundlers
 * minify it. `npm run build` then writes its types beside it. Adapters to runtimes, which import from it, are modules of their own.
 */
export default defineConfig({
  publicDir: false,
  plugins: [strippedWgsl()],
  build: {
    outDir: 'dist',
    target: 'es2022',
    sourcemap: true,
    minify: false,
    lib: {
      entry: {
        index: resolve(import.meta.dirname, 'src/index.ts'),
        ...Object.fromEntries(
          ['onnxruntime', 'tfjs', 'transformers', 'web_llm'].map((name) => [
            name,
            resolve(import.meta.dirname, `src/adapters/${name}.ts`),
          ]),
        ),
      },
      formats: ['es'],
    },
    rolldownOptions: { external: ['gumbel-webgpu'], output: { paths: { 'gumbel-webgpu': './index.js' } } },
  },
})
