import { cpus } from 'node:os'
import { format, resolveConfig } from 'prettier'
import type { Accuracy, Worst } from './accuracy'

/** What a stack gave. */
export interface Outcome {
  title: string
  adapter: string
  words: number
  /** Of all ranges' digests, shortened. */
  digest: string
  seconds: number
}

/** docs/noise.md, as prettier writes it. */
export async function reportOf(
  outcomes: Outcome[],
  verdict: string,
  accuracy: Accuracy,
  path: string,
): Promise<string> {
  const rows = outcomes.map(
    ({ title, adapter, words, digest, seconds }) =>
      `| ${title} | ${adapter} | \`${digest}\` | ${words.toLocaleString('en')} | ${seconds.toFixed(0)} |`,
  )
  const processors = cpus()
  const markdown = `# The noise, word by word

Written by \`npm run verify:noise\`, which turns each of the 2^32 words into uniform, exponential and Gumbel noise on each stack
and digests the bits. To be run again after any change to \`src/noise/transform.ts\` or \`shaders/shared/noise.wgsl\`.

Run on ${new Date().toISOString().slice(0, 10)}, ${processors.length} × ${processors[0].model}; the seconds include whatever else the machine was doing:

| stack | adapter | digest | words | seconds |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

${verdict}

## Accuracy

Against float64, the worst of ${accuracy.words.toLocaleString('en')} words: both ends, every word around which the arithmetic changes branch or
exponent, and a spread.

| noise | allowed | worst, of what is allowed | at word |
| --- | --- | --- | --- |
| Gumbel | 1 ulp or 6e-7, whichever is larger | ${worstOf(accuracy.gumbel)} |
| exponential | 4 × 2^-24 of the value | ${worstOf(accuracy.exponential)} |
`
  return format(markdown, { ...(await resolveConfig(path)), filepath: path })
}

function worstOf({ error, word }: Worst): string {
  return `${error.toFixed(2)} | ${hex(word)}`
}

export function hex(word: number): string {
  return `0x${word.toString(16).padStart(8, '0')}`
}
