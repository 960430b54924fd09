/** Prints tokens a second of a GPT-2 by each way to sample from it: `npm run bench:text -- [texts, 1] [tokens, 16] [rounds, 3]`. */
import { chromium } from 'playwright'
import type { TextSpeed } from '../bench/text'
import { chromiumFlags, findChromium } from './chromium'
import { servePages } from './serve_pages'

const [texts = 1, tokens = 16, rounds = 3] = process.argv.slice(2).map(Number)
if (![texts, tokens, rounds].every((each) => Number.isInteger(each) && each > 0)) {
  console.error('npm run bench:text -- [texts, 1] [tokens of each, 16] [rounds, 3]')
  process.exit(2)
}

const { server, url } = await servePages()
const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags() })
try {
  const page = await browser.newPage()
  await page.goto(url)
  const speeds = await page.evaluate<TextSpeed[]>(
    `import('/bench/text.ts').then(({ runText }) => runText(${texts}, ${tokens}, ${rounds}))`,
  )
  console.log(`tokens a second of ${texts} x ${tokens} tokens: median, best of ${rounds}`)
  for (const { name, rates } of speeds) {
    const sorted = rates.toSorted((a, b) => a - b)
    const shown = [sorted[sorted.length >> 1], sorted.at(-1)!].map((rate) => rate.toFixed(1).padStart(8))
    console.log(`${shown.join('')}  ${name}`)
  }
} finally {
  await browser.close()
  await server.close()
}
