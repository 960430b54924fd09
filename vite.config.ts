import { resolve } from 'node:path'
import { defineConfig } from 'vite'
import { digits } from './scripts/digits.ts'
import { PAGES, navigationBar } from './scripts/navigation.ts'

const root = import.meta.dirname

/** Pages: `vite` serves and `vite build` builds them; the library itself is built by vite.lib.config.ts. */
export default defineConfig({
  plugins: [digits(), navigationBar()],
  resolve: {
    alias: [
      ...['onnxruntime', 'tfjs', 'transformers', 'web-llm'].map((name) => ({
        find: `gumbel-webgpu/${name}`,
        replacement: resolve(root, `src/adapters/${name.replace('-', '_')}.ts`),
      })),
      { find: /^gumbel-webgpu$/, replacement: resolve(root, 'src/index.ts') },
    ],
  },
  base: './', // The built pages work in any folder of a site.
  publicDir: 'demo/public',
  // onnxruntime-web finds its .wasm beside its own files; a pre-bundled copy would not.
  // jstat is CommonJS, which a browser reads only once bundled.
  // Modules of TensorFlow.js are bundled together, so that all have one engine.
  optimizeDeps: {
    exclude: ['onnxruntime-web', '@huggingface/transformers'],
    include: [
      'jstat',
      '@tensorflow/tfjs-backend-cpu',
      '@tensorflow/tfjs-backend-webgpu',
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-core/dist/register_all_gradients',
    ],
  },
  build: {
    outDir: 'site/pages', // Beside the documents, which `npm run site` builds too.
    target: 'es2022',
    rolldownOptions: {
      input: PAGES.map(({ path }) => resolve(root, path)),
    },
  },
})
