import type { Sampler } from 'gumbel-webgpu'
import type { DrawSettings } from './draw_options'
import { loadEngine } from './engine'
import { generate, type Token } from './generate'
import type { OddsPanel } from './odds_panel'
import type { Tokenizer } from './tokenizer'
import { Written } from './written'

export type Drawn = Pick<Token, 'step' | 'ids' | 'drawn'>

/** A model and its sampler, which write verses. */
export interface Writer {
  readonly sampler: Sampler
  /** Tells the tokens one by one, and leaves the page time to paint between them. */
  write(settings: DrawSettings, signal: AbortSignal, onToken: (token: Drawn) => void): Promise<void>
  /** Frees the model. */
  release(): Promise<void>
}

/** The models that the page offers, by their names in the URL. */
export const MODELS = {
  /** By onnxruntime-web. */
  recurrent: async (tokenizer: Tokenizer, odds: OddsPanel): Promise<Writer> => {
    const engine = await loadEngine(tokenizer)
    return {
      sampler: engine.sampler,
      async write(settings, signal, onToken) {
        const written = new Written(engine, settings)
        odds.of(written)
        for await (const token of generate(engine, { ...settings, signal, keepState: written.keepState })) {
          written.append(token.ids)
          onToken(token)
          await new Promise((done) => setTimeout(done)) // The model in WebAssembly leaves no time.
        }
      },
      release: () => engine.model.release(),
    }
  },
  /** By transformers.js, which is loaded with it. */
  gpt2: async (): Promise<Writer> => (await import('./gpt2')).Gpt2.load(),
}

export type ModelName = keyof typeof MODELS
