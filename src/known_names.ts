/** Names that a caller may use: whatever else `for…in` finds in what he gives is refused. */

import { isObject, shown } from './checks'

/**
 * Reads the known names of an object as properties, so that inherited ones and getters count; those that are undefined are left out.
 * @throws TypeError naming what is not known, and the nearest name that is
 */
export function readNames(of: string, given: unknown, known: readonly string[]): Record<string, unknown> {
  if (!isObject(given)) throw new TypeError(`${of} is ${shown(given)}; it must be an object`)
  for (const name in given) if (!known.includes(name)) throw new TypeError(unknown(of, name, known))
  const read: Record<string, unknown> = {}
  for (const name of known) {
    const value = (given as Record<string, unknown>)[name]
    if (value !== undefined) read[name] = value
  }
  return read
}

function unknown(of: string, name: string, known: readonly string[]): string {
  const distances = known.map((each) => distance(name.toLowerCase(), each.toLowerCase()))
  const least = Math.min(...distances)
  const nearest = least <= Math.max(2, name.length / 3) ? `; did you mean ${known[distances.indexOf(least)]}?` : ''
  return `${of}.${name} is not known${nearest || `; ${of} may have ${known.join(', ')}`}`
}

/** Letters to insert, drop or change on the way from one word to another (Levenshtein 1966). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++)
      next.push(Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + Number(from[i - 1] !== to[j - 1])))
    row = next
  }
  return row[to.length]
}
