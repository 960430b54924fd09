import jstat from 'jstat'
import type { Contender } from './contender'
import { generateLogits } from './logits'

/** What one check of one sampler found. */
export interface CheckResult {
  check: string
  draws: number
  /** The chance of draws as far from the distribution where they are right; left out where there were too few to tell. */
  p?: number
  /** Why the check could not be made. */
  failure?: string
}

/** A distribution that all rows share, drawn from with new seeds until there are enough draws or no time. */
interface Check {
  name: string
  batchSize: number
  draws: number
  logits(): Float32Array
}

/** Draws whose p is below this are wrong. */
export const SIGNIFICANT = 0.001
const MILLISECONDS = 5000
const MIN_EXPECTED = 5
/** Each is a way in which samplers were seen to be wrong. */
const CHECKS: readonly Check[] = [
  { name: 'rows of a batch', batchSize: 4096, draws: 32768, logits: () => generateLogits('normal', 64) },
  { name: 'one row, call after call', batchSize: 1, draws: 512, logits: () => generateLogits('normal', 64) },
  { name: 'a tail that must not be drawn', batchSize: 64, draws: 512, logits: () => head(40) },
  { name: 'a tail that must be drawn', batchSize: 64, draws: 16384, logits: () => head(16) },
]

export const CHECK_NAMES = CHECKS.map(({ name }) => name)

/** One class so much above the 131,071 others. */
function head(gap: number): Float32Array {
  const logits = new Float32Array(131072)
  logits[131] = gap
  return logits
}

/** Runs every check on a sampler, and nothing on what is none. */
export async function checkDraws(device: GPUDevice, contender: Contender): Promise<CheckResult[]> {
  if (!contender.operations.includes('sample')) return []
  const results: CheckResult[] = []
  for (const check of CHECKS) {
    const row = check.logits()
    const host = new Float32Array(check.batchSize * row.length)
    for (let r = 0; r < check.batchSize; r++) host.set(row, r * row.length)
    const { STORAGE, COPY_DST, COPY_SRC } = GPUBufferUsage
    const buffer = device.createBuffer({ size: host.byteLength, usage: STORAGE | COPY_DST | COPY_SRC })
    device.queue.writeBuffer(buffer, 0, host)
    try {
      const shape = { batchSize: check.batchSize, numClasses: row.length }
      const prepared = await contender.prepare({ operation: 'sample', logits: 'normal', ...shape, host, buffer })
      if (!prepared.draw) return []
      const { counts, draws } = await drawn(prepared.draw, check, row.length)
      prepared.destroy()
      results.push({ check: check.name, draws, p: chiSquared(counts, probabilitiesOf(row), draws) })
    } catch (error) {
      results.push({ check: check.name, draws: 0, failure: error instanceof Error ? error.message : String(error) })
    } finally {
      buffer.destroy()
    }
  }
  return results
}

async function drawn(draw: (seed: number) => Promise<Int32Array>, check: Check, numClasses: number) {
  const counts = new Float64Array(numClasses)
  let draws = 0
  const begin = performance.now()
  for (let seed = 1; draws < check.draws && performance.now() - begin < MILLISECONDS; seed++) {
    for (const index of await draw(seed)) counts[index]++
    draws += check.batchSize
  }
  return { counts, draws }
}

function probabilitiesOf(logits: Float32Array): Float64Array {
  const max = logits.reduce((a, b) => Math.max(a, b))
  const weights = Float64Array.from(logits, (logit) => Math.exp(logit - max))
  const sum = weights.reduce((a, b) => a + b)
  return weights.map((weight) => weight / sum)
}

/** Pearson's test on classes expected often enough, the others in one bin. */
function chiSquared(counts: Float64Array, probabilities: Float64Array, draws: number): number | undefined {
  const rest = { count: 0, expected: 0 }
  let statistic = 0
  let bins = 0
  counts.forEach((count, i) => {
    const expected = draws * probabilities[i]
    if (expected >= MIN_EXPECTED) {
      statistic += (count - expected) ** 2 / expected
      bins++
    } else {
      rest.count += count
      rest.expected += expected
    }
  })
  if (rest.expected >= MIN_EXPECTED) {
    statistic += (rest.count - rest.expected) ** 2 / rest.expected
    bins++
  } else if (rest.expected < 1e-6) {
    // What is that rare was not drawn, or the draws are wrong.
    if (rest.count > 0) return 0
    if (bins === 1) return 1
  }
  return bins > 1 ? 1 - jstat.jStat.chisquare.cdf(statistic, bins - 1) : undefined
}
