/** What the process on the left of the pipe runs: words of an order on stdout until nobody reads on. */
import { writeSync } from 'node:fs'
import { CHUNK_WORDS, type Order, fillChunk } from './orders'

const [order, seed] = process.argv.slice(2)
const words = new Uint32Array(CHUNK_WORDS)
const bytes = new Uint8Array(words.buffer)
let written = 0
const start = performance.now()
try {
  for (let index = 0; ; index++) {
    fillChunk(words, order as Order, Number(seed), index)
    for (let at = 0; at < bytes.length;) {
      const count = writeSync(1, bytes, at)
      at += count
      written += count
    }
  }
} catch (error) {
  // The reader has what it wanted.
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
}
writeSync(2, JSON.stringify({ bytes: written, seconds: (performance.now() - start) / 1000 }))
