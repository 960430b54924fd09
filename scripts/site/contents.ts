/** A part of the documents, as the menu of the site has it. */
export interface Part {
  title: string
  /** What the menu calls each document, by the name of its file without the extension. */
  labels: Record<string, string>
}

/** The page that the site begins with, a file of `docs/`. */
export const HOME = 'index'

/** All others of `docs/`, in the order of the menu. */
export const CONTENTS: Part[] = [
  {
    title: 'Guides',
    labels: {
      start: 'Start here',
      decoding: 'Decoding',
      learning: 'Learning',
      reproducibility: 'Reproducibility',
      shards_and_drafts: 'Shards and drafts',
      porting: 'Porting',
      limits: 'Limits and faults',
    },
  },
  {
    title: 'Runtimes',
    labels: {
      runtimes: 'All of them',
      onnxruntime: 'onnxruntime-web',
      transformers: 'transformers.js',
      web_llm: 'WebLLM',
    },
  },
  {
    title: 'How it is made',
    labels: { design: 'Design', architecture: 'Architecture', testing: 'Testing' },
  },
  {
    title: 'What was measured',
    labels: {
      benchmarks: 'Benchmarks',
      performance: 'Performance',
      training: 'Training',
      noise: 'Noise',
      tail: 'The tail',
      statistics: 'Statistics',
      stacks: 'Stacks',
      fuzz: 'Random calls',
      soak: 'Memory',
    },
  },
]
