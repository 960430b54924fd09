import type { Sampler } from 'gumbel-webgpu'
import { RunningChiSquared } from '../chi_squared'
import { runRaces } from './draws'
import type { LabState } from './state'

/** Rows of one call: what a moment holds, on a slow device too. */
const CHUNK = 50_000
/** The pause between parts of a run that is watched, each of them a quarter of a decade. */
const PAUSE_MS = 90

/** Races so far, and how often Gumbel-max drew the winner. */
export interface Tally {
  chiSquared: RunningChiSquared
  equal: number
}

/** Runs races until there are as many as the state asks for; begins anew where the probabilities or the seed are others. */
export class Races {
  readonly #sampler: Sampler
  readonly #show: (tally: Tally, state: LabState) => void
  #tally: Tally | undefined
  #state: LabState | undefined
  #running: Promise<void> | undefined
  #watched = false

  constructor(sampler: Sampler, show: (tally: Tally, state: LabState) => void) {
    this.#sampler = sampler
    this.#show = show
  }

  /** @throws what the sampler throws, once for all calls that wait for it */
  run(state: LabState, watched = false): Promise<void> {
    const before = this.#state
    const same = before && before.probabilities === state.probabilities && before.seed === state.seed
    if (!same || !this.#tally || this.#tally.chiSquared.draws > state.races)
      this.#tally = { chiSquared: new RunningChiSquared(state.probabilities), equal: 0 }
    this.#state = state
    this.#watched = watched
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined
      this.#watched = false
    })
    return this.#running
  }

  /** Whether races go on slowly, for their number to be watched as it grows. */
  get watched(): boolean {
    return this.#watched
  }

  get drawn(): number {
    return this.#tally?.chiSquared.draws ?? 0
  }

  async #work(): Promise<void> {
    while (this.#tally && this.#state && this.#tally.chiSquared.draws < this.#state.races) {
      const tally = this.#tally
      const { draws } = tally.chiSquared
      const part = this.#watched ? Math.max(10, Math.ceil(draws * (10 ** 0.25 - 1))) : CHUNK
      const count = Math.min(part, CHUNK, this.#state.races - draws)
      const { winners, indices } = await runRaces(this.#sampler, this.#state, draws, count)
      // Meanwhile other races may have been asked for, or no more of these.
      if (tally !== this.#tally || draws + count > this.#state.races) continue
      tally.chiSquared.add(winners)
      tally.equal += winners.filter((winner, i) => winner === indices[i]).length
      this.#show(tally, this.#state)
      await new Promise((done) => setTimeout(done, this.#watched ? PAUSE_MS : 0))
    }
    if (this.#tally && this.#state) this.#show(this.#tally, this.#state)
  }
}
