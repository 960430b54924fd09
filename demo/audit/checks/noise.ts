import { grouped } from '../../numbers'
import type { Check } from '../check'

export const noise: Check = {
  id: 'noise',
  title: 'The noise',
  about:
    'Each word is turned into uniform, exponential and Gumbel noise here, and the digest of all their bits is compared with that of four other implementations. Where rounding is likeliest to differ, this browser’s JavaScript is compared too, and some draws.',
  figures: ['Words', 'Of all 2³²', 'Words a second'],
  weight: (words) => 1 + words / 2 ** 25,
  async run({ sampler, words, signal, progress }) {
    await progress(0)
    const begin = performance.now()
    // An abort is verify()'s to tell.
    const onProgress = (done: number) => void progress(done / words).catch(() => undefined)
    const found = await sampler.verify({ words, signal, onProgress })
    const seconds = (performance.now() - begin) / 1000
    return {
      good: found.ok,
      verdict: found.ok
        ? `The noise of all ${grouped(found.words)} words has the bits that it must have.`
        : `${found.failures.length > 1 ? 'There are differences: ' : ''}${sentence(found.failures)}`,
      figures: {
        Words: grouped(words),
        'Of all 2³²': `${Number(((100 * words) / 2 ** 32).toPrecision(2))} %`,
        'Words a second': Number((words / seconds).toPrecision(3)).toLocaleString('en'),
      },
      data: { ...found, seconds },
    }
  },
}

/** The first few failures as one sentence. */
function sentence(failures: readonly string[]): string {
  const shown = failures.slice(-1)
  const more = failures.length - shown.length
  return `${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`
}
