import { type Finding, ofCounts, ofEqualCounts, ofEvenChances, ofRareEvents } from './finding'

/** Each of the 32 bits is 1 as often as 0. */
export function bits(words: Uint32Array): Finding {
  const ones = new Float64Array(32)
  for (const word of words) for (let b = 0; b < 32; b++) ones[b] += (word >>> b) & 1
  return ofEvenChances(ones, words.length)
}

/** The values of 12 bits from `shift` on are equally frequent. */
export function frequencies(words: Uint32Array, shift: number): Finding {
  const counts = new Float64Array(4096)
  for (const word of words) counts[(word >>> shift) & 4095]++
  return ofEqualCounts(counts)
}

/** Words below 2^16, 2^20 and 2^24, and above all but as many, are as frequent as they should be. */
export function ends(words: Uint32Array): Finding {
  const edges = [2 ** 16, 2 ** 20, 2 ** 24, 2 ** 32 - 2 ** 24, 2 ** 32 - 2 ** 20, 2 ** 32 - 2 ** 16, 2 ** 32]
  const counts = edges.map(() => 0)
  for (const word of words) counts[edges.findIndex((edge) => word < edge)]++
  return ofCounts(
    counts,
    edges.map((edge, i) => (edge - (edges[i - 1] ?? 0)) / 2 ** 32),
  )
}

/** Calls `use` with pairs of words `lag` apart, none of them in two pairs. */
function eachPair(words: Uint32Array, lag: number, use: (a: number, b: number) => void): void {
  for (let i = 0; i + lag < words.length; i += 2 * lag) for (let j = i; j < i + lag; j++) use(words[j], words[j + lag])
}

/** Pairs of the high five bits of words `lag` apart are equally frequent. */
export function pairs(words: Uint32Array, lag: number): Finding {
  const counts = new Float64Array(1024)
  eachPair(words, lag, (a, b) => counts[((a >>> 27) << 5) | (b >>> 27)]++)
  return ofEqualCounts(counts)
}

function ones(x: number): number {
  x -= (x >>> 1) & 0x55555555
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333)
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** Neighbours differ in as many bits as two words should: binomially, 32 bits of even chance. */
export function distances(words: Uint32Array): Finding {
  const counts = Array.from({ length: 33 }, () => 0)
  eachPair(words, 1, (a, b) => counts[ones(a ^ b)]++)
  const probabilities = [2 ** -32]
  for (let k = 1; k <= 32; k++) probabilities.push((probabilities[k - 1] * (33 - k)) / k)
  return ofCounts(counts, probabilities)
}

/** Each bit of a word agrees with each bit of its neighbour half the time. */
export function bitPairs(words: Uint32Array): Finding {
  const agree = new Float64Array(1024)
  const some = words.subarray(0, 2 ** 16)
  eachPair(some, 1, (a, b) => {
    for (let turn = 0; turn < 32; turn++) {
      const turned = ~(a ^ ((b << turn) | (b >>> (32 - turn))))
      for (let bit = 0; bit < 32; bit++) agree[32 * turn + bit] += (turned >>> bit) & 1
    }
  })
  return ofEvenChances(agree, some.length / 2)
}

/** Words of which 2^32 are equally likely fall on one that was there before as often as they should (Knuth, TAOCP 2, 3.3.2 I). */
export function collisions(words: Uint32Array): Finding {
  const count = Math.min(words.length, 2 ** 20)
  const urns = 2 ** 32
  let found = 0
  for (let begin = 0; begin < words.length; begin += count) {
    const sorted = words.subarray(begin, begin + count).toSorted()
    for (let i = 1; i < count; i++) if (sorted[i] === sorted[i - 1]) found++
  }
  // count - urns (1 - (1 - 1/urns)^count), without its cancellation.
  const mean = ((count * (count - 1)) / 2 / urns) * (1 - (count - 2) / 3 / urns)
  return ofRareEvents(found, (words.length / count) * mean)
}

const BIRTHDAYS = 4096

/**
 * Spacings of 4096 birthdays in years of 2^32 days are equal as often as they should be (Marsaglia 1985; Knuth, TAOCP 2, 3.3.2 J):
 * about 4096^3 / 2^34 = 4 times a year.
 */
export function birthdaySpacings(words: Uint32Array): Finding {
  let equal = 0
  const years = Math.floor(words.length / BIRTHDAYS)
  for (let year = 0; year < years; year++) {
    const days = words.subarray(year * BIRTHDAYS, (year + 1) * BIRTHDAYS).toSorted()
    const spacings = days.map((day, i) => day - (i > 0 ? days[i - 1] : 0)).toSorted()
    for (let i = 1; i < BIRTHDAYS; i++) if (spacings[i] === spacings[i - 1]) equal++
  }
  return ofRareEvents(equal, years * (BIRTHDAYS ** 3 / 2 ** 34))
}
