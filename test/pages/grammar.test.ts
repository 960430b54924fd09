/** The recipe of examples/grammar.ts: the demo's model, XGrammar's masks, both ways of a decoder. */
import { expect, test } from 'vitest'
import { usePages, withoutWebGpu } from '../helpers/pages'

const { newPage } = usePages()

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

test('every text follows the grammar, and next() and encodeNext() write the same', async () => {
  const options = { batchSize: 4, maxTokens: 30, seed: 4, temperature: 0.7, topK: 40 }
  const write = async (recorded: boolean[], prepare?: typeof withoutWebGpu): Promise<Written[]> => {
    const page = await newPage()
    await prepare?.(page)
    await page.goto('')
    return page.evaluate<Written[]>(`(async () => {
      const { compileGrammar, writeByGrammar } = await import('/examples/grammar.ts')
      const { loadEngine, loadTokenizer } = await import('/demo/engine.ts')
      const engine = await loadEngine(await loadTokenizer())
      const grammar = await compileGrammar(engine.tokenizer, ${JSON.stringify(GENEALOGY)})
      const all = []
      for (const recorded of ${JSON.stringify(recorded)})
        all.push(await writeByGrammar(engine, grammar, ${JSON.stringify(options)}, recorded))
      return all.map((each) => ({ backend: engine.sampler.backend, ...each }))
    })()`)
  }
  const [recorded, called] = await write([true, false])
  expect(recorded.backend).toBe('webgpu')
  for (const text of recorded.texts) expect(text).toMatch(FOLLOWS)
  expect(recorded.finished).toEqual(Array(4).fill('stop'))
  expect(new Set(recorded.texts).size).toBe(4)
  expect(called).toEqual(recorded)
  expect(await write([false], withoutWebGpu)).toEqual([{ ...recorded, backend: 'cpu' }])
})
