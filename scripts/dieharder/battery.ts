/** One run of dieharder: `-d test`, with `-n ntuple` where the test has one. */
export interface DieharderTest {
  test: number
  ntuple?: number
}

const each = (test: number, ntuples: readonly number[]) => ntuples.map((ntuple) => ({ test, ntuple }))
const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i)

/** Marsaglia's, without OPSO, OQSO, DNA and sums, whose reference distributions dieharder itself calls suspect. */
const DIEHARD: DieharderTest[] = [0, 1, 2, 3, 4, 8, 9, 10, 11, 12, 13, 15, 16].map((test) => ({ test }))
const STS: DieharderTest[] = [100, 101, 102].map((test) => ({ test }))
/** KS, byte distribution, DCT, the two fill trees, and monobit 2. */
const OTHERS: DieharderTest[] = [
  ...[204, 205, 206, 207].map((test) => ({ test })),
  { test: 208, ntuple: 0 },
  { test: 209, ntuple: 12 },
]

/** What fits into some minutes an order. */
export const CHOSEN: readonly DieharderTest[] = [
  ...DIEHARD,
  ...STS,
  ...each(200, [1, 8]),
  ...each(201, [2, 3]),
  ...each(202, [3, 5]),
  ...each(203, [0, 3]),
  ...OTHERS,
]
export const LEFT_OUT =
  'Left out for time: the GCD test (17), bit distributions (200) of 2 to 7 and 9 to 12 words, minimum distances (201) in 4 and 5 ' +
  'dimensions, permutations (202) of 2 and 4, lagged sums (203) of other lags to 32, which alone read 224 GB an order. `--all` ' +
  'runs them. Left out always, as dieharder itself calls their reference distributions suspect: OPSO, OQSO, DNA and sums (5, 6, 7, 14).'

/** What `dieharder -a` runs, but for the suspect ones: hours an order. */
export const ALL: readonly DieharderTest[] = [
  ...DIEHARD,
  { test: 17 },
  ...STS,
  ...each(200, from(1, 12)),
  ...each(201, from(2, 5)),
  ...each(202, from(2, 5)),
  ...each(203, from(0, 32)),
  ...OTHERS,
]
