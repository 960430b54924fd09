import { MODEL_URL, TOKENS_URL } from '../demo/model_files'
import { KJV_SHAPE } from './cases'

/** Verses whose next words the model is asked for, after each of their words in turn from the second on. */
const VERSES = [
  'In the beginning God created the heaven and the earth.',
  'And God said, Let there be light: and there was light.',
  'The LORD is my shepherd; I shall not want.',
  'Blessed are the poor in spirit: for theirs is the kingdom of heaven.',
  'In the beginning was the Word, and the Word was with God, and the Word was God.',
  'Jesus saith unto him, I am the way, the truth, and the life: no man cometh unto the Father, but by me.',
  'And the LORD spake unto Moses, saying,',
  'Vanity of vanities, saith the Preacher, vanity of vanities; all is vanity.',
]

let logits: Promise<Float32Array> | undefined

/** The demo's model's logits of KJV_SHAPE: eight verses at eight places. It runs once, in WebAssembly, as its device is not the bench's. */
export function kjvLogits(): Promise<Float32Array> {
  logits ??= runModel()
  // A failure is told to the case that asked, and the next may have more luck.
  logits.catch(() => (logits = undefined))
  return logits
}

async function runModel(): Promise<Float32Array> {
  // Large, and for these cases alone.
  const [{ LanguageModel }, { Tokenizer }] = await Promise.all([
    import('../demo/language_model'),
    import('../demo/tokenizer'),
  ])
  const [model, tokenizer] = await Promise.all([LanguageModel.load(MODEL_URL, undefined), Tokenizer.load(TOKENS_URL)])
  try {
    const [rows, numClasses] = KJV_SHAPE
    const texts = VERSES.map((verse) => [Tokenizer.END, ...tokenizer.encode(verse)])
    const result = new Float32Array(rows * numClasses)
    let state = LanguageModel.start(texts.length)
    const places = rows / texts.length
    // After `<end>` alone all texts are one.
    for (let place = -1; place < places; place++) {
      const step = await model.step(LanguageModel.ids(Int32Array.from(texts, (ids) => ids[place + 1])), state)
      state.dispose()
      state = step.state
      if (place >= 0) result.set(step.logits.data as Float32Array, place * texts.length * numClasses)
      step.logits.dispose()
    }
    state.dispose()
    return result
  } finally {
    await model.release()
  }
}
