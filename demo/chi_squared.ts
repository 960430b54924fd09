import jstat from 'jstat'

const { chisquare } = jstat.jStat

/** Below this expectation of a class the statistic does not follow its distribution. */
const MIN_EXPECTED = 5

/** Points of the running statistic, a decade. */
const POINTS_A_DECADE = 24

export interface Point {
  draws: number
  statistic: number
}

/** Counts draws against the probabilities of their classes, and keeps Pearson's statistic as they grow. */
export class RunningChiSquared {
  readonly probabilities: readonly number[]
  readonly counts: number[]
  /** The statistic as it ran, from where every class was expected often enough. */
  readonly points: Point[] = []
  draws = 0
  #nextPoint = 1

  constructor(probabilities: readonly number[]) {
    this.probabilities = probabilities
    this.counts = probabilities.map(() => 0)
  }

  add(classes: Uint8Array): void {
    for (const drawn of classes) {
      this.counts[drawn]++
      this.draws++
      if (this.draws < this.#nextPoint) continue
      this.#nextPoint = Math.ceil(this.draws * 10 ** (1 / POINTS_A_DECADE))
      if (!this.rarest) this.points.push({ draws: this.draws, statistic: this.statistic })
    }
  }

  /** A class of probability 0 is no bin: it cannot be drawn. */
  get degrees(): number {
    return this.probabilities.filter((p) => p > 0).length - 1
  }

  get statistic(): number {
    return this.counts.reduce((sum, _, i) => sum + this.contribution(i), 0)
  }

  /** The chance of a statistic at least as large where the draws are right. */
  get pValue(): number {
    return this.degrees > 0 ? 1 - chisquare.cdf(this.statistic, this.degrees) : 1
  }

  /** The class that is too rarely expected for the test, if there is one. */
  get rarest(): { index: number; expected: number } | undefined {
    const smallest = Math.min(...this.probabilities.filter((p) => p > 0))
    const expected = smallest * this.draws
    return expected < MIN_EXPECTED ? { index: this.probabilities.indexOf(smallest), expected } : undefined
  }

  contribution(index: number): number {
    const expected = this.probabilities[index] * this.draws
    return expected > 0 ? (this.counts[index] - expected) ** 2 / expected : this.counts[index] > 0 ? Infinity : 0
  }
}

/** What a right statistic stays below with this probability. */
export function quantile(probability: number, degrees: number): number {
  return chisquare.inv(probability, degrees)
}
