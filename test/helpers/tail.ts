/**
 * One head, `numClasses - 1` others `gap` nats below it, drawn `draws` times; the count of draws from the tail may be so
 * many standard deviations off, which a right sampler is once in 2000 runs.
 */
export const TAIL_TEST = { numClasses: 131_072, gap: 18, draws: 100_000, deviations: 3.5 }

/** The chance that a class of the tail is drawn, exactly. */
export function softmaxTailProbability(): number {
  const mass = (TAIL_TEST.numClasses - 1) * Math.exp(-TAIL_TEST.gap)
  return mass / (1 + mass)
}

/** How many of 2^32 words have a noise of at least `noise`: the transform falls as the word grows. */
function wordsFrom(transform: (word: number) => number, noise: number): number {
  let [low, high] = [0, 2 ** 32]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (transform(middle) >= noise) low = middle + 1
    else high = middle
  }
  return low
}

/** The same for noise that is `transform` of a uniform 32-bit word; ties go to the head. */
export function tailProbability(transform: (word: number) => number): number {
  const { numClasses, gap } = TAIL_TEST
  // Over equal shares of the head's noise; the tail's is summed exactly. 2^16 shares change it by less than 1e-5.
  const shares = 2 ** 16
  let sum = 0
  for (let share = 0; share < shares; share++) {
    const head = transform(Math.floor(((share + 0.5) * 2 ** 32) / shares))
    // Above the head: words whose noise is at least the next float, near enough to `head + gap`.
    const above = wordsFrom(transform, head + gap)
    sum += -Math.expm1((numClasses - 1) * Math.log1p(-above / 2 ** 32))
  }
  return sum / shares
}

/** By how many standard deviations of the count of 100,000 draws a tail's chance differs from the expected one. */
export function tailZ(probability: number, expected: number): number {
  return ((probability - expected) * TAIL_TEST.draws) / Math.sqrt(TAIL_TEST.draws * expected * (1 - expected))
}

/** Where seed 11 has words below 2^8 in draw 0 of step 0, which the extended tail refines; found by drawing 2^25 words. */
export const SMALL_WORDS = [
  { seed: 11, stream: 11, classNumber: 178_850, word: 163 },
  { seed: 11, stream: 22, classNumber: 21_239, word: 126 },
  { seed: 11, stream: 45, classNumber: 382_928, word: 227 },
  { seed: 11, stream: 61, classNumber: 9_595, word: 225 },
]
