import { INPUTS, type Input, avalanche } from './avalanche'
import {
  type Broken,
  COARSE_WORDS,
  COPYING,
  COUNTING,
  FAVOURED,
  HOT,
  LOST_BIT,
  LOUD,
  NO_LEAST,
  SOFT,
  STICKY_BIT,
  THIN_TAIL,
  UNEVEN,
  rareHigh,
  shared,
} from './broken'
import {
  DRAW_AXES,
  DROP_NAMES,
  type DrawAxis,
  drawPairs,
  equalClasses,
  leftCounts,
  rareClasses,
  relaxedPairs,
  scoresAndClasses,
  softmaxCounts,
  winningScores,
} from './draw_tests'
import type { Finding } from './finding'
import { type Kind, NOISE_CDF, distribution, drawCorrelation } from './noise_tests'
import { AXES, type Axis, type Scale, type Source, wordsAlong } from './source'
import { birthdaySpacings, bitPairs, bits, collisions, distances, ends, frequencies, pairs } from './word_tests'

/** One test of the battery. */
export interface Check {
  name: string
  /** The sampler that is broken on purpose, which it must refuse. */
  refuses: Broken
  run(source: Source, scale: Scale): Promise<Finding>
}

/** Words along one axis at a time, made once for the tests that need them one after another. */
function remembered(): (axis: Axis, source: Source, scale: Scale) => Promise<Uint32Array> {
  let last: { axis: Axis; source: Source; scale: Scale; words: Promise<Uint32Array> } | undefined
  return (axis, source, scale) => {
    if (last?.axis !== axis || last.source !== source || last.scale !== scale)
      last = { axis, source, scale, words: wordsAlong(axis, source, scale) }
    return last.words
  }
}

const along = remembered()
function wordChecks(axis: Axis): Check[] {
  const check = (name: string, refuses: Broken, test: (words: Uint32Array) => Finding): Check => ({
    name: `words along ${axis}: ${name}`,
    refuses,
    run: async (source, scale) => test(await along(axis, source, scale)),
  })
  return [
    check('each bit (chi-squared)', STICKY_BIT, bits),
    check('high 12 bits (chi-squared)', rareHigh(29), (words) => frequencies(words, 20)),
    check('low 12 bits (chi-squared)', rareHigh(9), (words) => frequencies(words, 0)),
    check('both ends of the range (tail counts)', NO_LEAST, ends),
    ...[1, 2, 4, 8].map((lag) => check(`pairs ${lag} apart (serial)`, shared(axis, lag), (words) => pairs(words, lag))),
    check('bits in which neighbours differ (serial)', shared(axis, 1), distances),
    check('each bit against each of the neighbour (serial)', shared(axis, 1), bitPairs),
    check('collisions', COARSE_WORDS, collisions),
    check('birthday spacings', COUNTING, birthdaySpacings),
  ]
}

const DRAW_SHARED: Record<DrawAxis, Broken> = {
  samples: COPYING,
  rows: shared('streams', 1),
  steps: shared('steps', 1),
  seeds: shared('seeds', 1),
}

function drawChecks(axis: DrawAxis): Check[] {
  return [
    {
      name: `draws along ${axis}: classes (chi-squared)`,
      refuses: HOT,
      run: (source, scale) => softmaxCounts(axis, source, scale),
    },
    {
      name: `draws along ${axis}: neighbours (serial)`,
      refuses: DRAW_SHARED[axis],
      run: (source, scale) => drawPairs(axis, source, scale),
    },
  ]
}

/** Statistical tests of a sampler: of its words, its noise and its draws. */
export const BATTERY: readonly Check[] = [
  ...AXES.flatMap(wordChecks),
  ...(Object.keys(INPUTS) as Input[]).map((input): Check => ({
    name: `words: one bit of the ${input} flipped (avalanche)`,
    refuses: LOST_BIT,
    run: (source, { words }) => avalanche(input, source, words / 2 ** 9),
  })),
  ...(Object.keys(NOISE_CDF) as Kind[]).map((kind): Check => ({
    name: `${kind} noise (Kolmogorov-Smirnov)`,
    refuses: LOUD,
    run: (source, scale) => distribution(kind, source, scale),
  })),
  {
    name: 'noise of neighbouring draws (correlation)',
    refuses: COPYING,
    run: drawCorrelation,
  },
  ...DRAW_AXES.flatMap(drawChecks),
  ...DROP_NAMES.map((drop) => ({
    name: `draws under ${drop}: classes that are left (chi-squared), and no others`,
    refuses: HOT,
    run: (source: Source, scale: Scale) => leftCounts(drop, source, scale),
  })),
  {
    name: 'draws: 256 equal classes (chi-squared)',
    refuses: UNEVEN,
    run: equalClasses,
  },
  { name: 'draws: 1023 rare classes (tail count)', refuses: THIN_TAIL, run: rareClasses },
  { name: 'draws: the winner’s score (Kolmogorov-Smirnov)', refuses: HOT, run: winningScores },
  {
    name: 'draws: the winner’s score by class (chi-squared)',
    refuses: FAVOURED,
    run: scoresAndClasses,
  },
  { name: 'relaxed samples of two classes (Kolmogorov-Smirnov)', refuses: SOFT, run: relaxedPairs },
]
