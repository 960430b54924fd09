/** The demo's model, and what is made of it without a page of its own: one page of each backend loads it for all tests. */
import type { Page } from 'playwright'
import { beforeAll, expect, test } from 'vitest'
import { BLANK } from '../../scripts/serve_pages'
import { usePages, withoutWebGpu } from '../helpers/pages'

const { newPage } = usePages('sources')
let gpuPage: Page
let cpuPage: Page

/** A page whose global `engine` is the demo's. */
async function pageWithEngine(prepare?: (page: Page) => Promise<void>): Promise<Page> {
  const page = await newPage()
  await prepare?.(page)
  await page.goto(BLANK)
  await page.evaluate(`(async () => {
    const { loadEngine, loadTokenizer } = await import('/demo/engine.ts')
    globalThis.engine = await loadEngine(await loadTokenizer())
  })()`)
  return page
}

beforeAll(async () => {
  gpuPage = await pageWithEngine()
  cpuPage = await pageWithEngine(withoutWebGpu)
})

test('the model gives the values of its README on both backends', async () => {
  const expected = [
    [-3.1512, 4.57609, 7.01152, -0.41688],
    [-1.37664, -7.02608, -6.8166],
  ]
  for (const page of [gpuPage, cpuPage]) {
    const logits = await page.evaluate<number[][]>(`(async () => {
      const { LanguageModel } = await import('/demo/language_model.ts')
      let step = { state: LanguageModel.start(2) }
      for (const ids of [[0, 0], [5, 17], [9, 3]])
        step = await engine.model.step(LanguageModel.ids(Int32Array.from(ids)), step.state)
      const logits = await step.logits.getData()
      return [[...logits.slice(0, 4)], [...logits.slice(-3)]]
    })()`)
    for (const [row, values] of expected.entries())
      for (const [at, value] of values.entries()) expect(Math.abs(logits[row][at] - value)).toBeLessThan(1e-3)
  }
})

test('the logits that the benchmark takes are those of the model at places in verses', async () => {
  // The third of eight verses, after its fourth word.
  const [row, alone] = await cpuPage.evaluate<number[][]>(`(async () => {
    const { kjvLogits } = await import('/bench/kjv.ts')
    const { LanguageModel } = await import('/demo/language_model.ts')
    const { Tokenizer } = await import('/demo/tokenizer.ts')
    const { model, tokenizer } = engine
    let step = { state: LanguageModel.start(1) }
    for (const id of [Tokenizer.END, ...tokenizer.encode('The LORD is my')])
      step = await model.step(LanguageModel.ids(Int32Array.of(id)), step.state)
    const at = 3 * 8 + 2
    const logits = await kjvLogits()
    return [[...logits.slice(at * tokenizer.size, (at + 1) * tokenizer.size)], [...step.logits.data]]
  })()`)
  expect(row).toHaveLength(13815)
  expect(Math.max(...row) - Math.min(...row)).toBeGreaterThan(5)
  expect(Math.max(...row.map((logit, i) => Math.abs(logit - alone[i])))).toBeLessThan(1e-3)
})

/** Every word ends with a space. */
const GENEALOGY = `root ::= "And " pair ("; " "and " pair)* ". "
pair ::= name "begat " name
name ::= [A-Z] [a-z]+ " "`
const FOLLOWS = /^And [A-Z][a-z]+ begat [A-Z][a-z]+(; and [A-Z][a-z]+ begat [A-Z][a-z]+)*\.$/

interface Written {
  backend: string
  texts: string[]
  finished: unknown[]
}

/** The recipe of examples/grammar.ts: the demo's model, XGrammar's masks, both ways of a decoder. */
test('by a grammar every text follows it, and next() and encodeNext() write the same', async () => {
  const options = { batchSize: 4, maxTokens: 30, seed: 4, temperature: 0.7, topK: 40 }
  const write = (page: Page, recorded: boolean[]) =>
    page.evaluate<Written[]>(`(async () => {
      const { compileGrammar, writeByGrammar } = await import('/examples/grammar.ts')
      const grammar = await compileGrammar(engine.tokenizer, ${JSON.stringify(GENEALOGY)})
      const all = []
      for (const recorded of ${JSON.stringify(recorded)})
        all.push(await writeByGrammar(engine, grammar, ${JSON.stringify(options)}, recorded))
      return all.map((each) => ({ backend: engine.sampler.backend, ...each }))
    })()`)
  const [recorded, called] = await write(gpuPage, [true, false])
  expect(recorded.backend).toBe('webgpu')
  for (const text of recorded.texts) expect(text).toMatch(FOLLOWS)
  expect(recorded.finished).toEqual(Array(4).fill('stop'))
  expect(new Set(recorded.texts).size).toBe(4)
  expect(called).toEqual(recorded)
  expect(await write(cpuPage, [false])).toEqual([{ ...recorded, backend: 'cpu' }])
})
