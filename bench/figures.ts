import { type Case, OPERATIONS, nameOf } from './cases'
import { SIGNIFICANT } from './checks'
import { OWN } from './contender'
import type { Timing } from './measure'
import type { CaseResult, Report } from './run'
import { median, medianRatio, spread, sum } from './statistics'

/** What the table says of one contender on one case. */
export interface Figures extends Case {
  contender: string
  /** Milliseconds a call: the GPU's where it was measured, else the clock's. */
  ms: number
  clock: 'gpu' | 'wall'
  spread: number
  wallMs: number
  nsPerElement: number
  elementsPerSecond: number
  /** What must be read and written, over the time; undefined for what is not bound by it. */
  gbPerSecond?: number
  /** That over the copy's. */
  ofCopy?: number
  toFloor?: number
  toOwn?: number
}

/** The median over rounds of a contender's time over the sum of the others', by the GPU's clock where all have it. */
export function ratio(one: Timing | undefined, ...others: (Timing | undefined)[]): number | undefined {
  const all = [one, ...others].flatMap((timing) => timing ?? [])
  if (all.length < others.length + 1) return undefined
  const onGpu = all.every(({ gpu, wall }) => gpu?.length === wall.length)
  const [own, ...theirs] = all.map(({ gpu, wall }) => (onGpu && gpu ? gpu : wall))
  const rounds = Math.min(...theirs.map(({ length }) => length))
  const sums = Array.from({ length: rounds }, (_, round) => sum(theirs.map((times) => times[round])))
  return medianRatio(own, sums)
}

/** Those that move no logits, or not over the GPU's memory. */
const UNBOUND = ['Philox alone', 'gumbel-webgpu, CPU', 'read back, JS', 'gumbel-webgpu, read back']

export function figuresOf(result: CaseResult): Figures[] {
  const { operation, batchSize, numClasses, logits, timings } = result
  const elements = batchSize * numClasses
  const find = (name: string) => timings.find(({ contender }) => contender === name)
  const timeOf = ({ gpu, wall }: Timing) => median(gpu ?? wall)
  const rate = (timing: Timing, words: number) => (4 * words * elements) / timeOf(timing) / 1e6
  const copy = find('copy')
  const { floor } = OPERATIONS[operation]
  return timings.map((timing) => {
    const { contender, gpu, wall } = timing
    const ms = timeOf(timing)
    const words = contender === 'copy' ? 2 : OPERATIONS[operation].words
    const gbPerSecond = UNBOUND.includes(contender) || !words ? undefined : rate(timing, words)
    return {
      operation,
      batchSize,
      numClasses,
      logits,
      contender,
      ms,
      clock: gpu ? 'gpu' : 'wall',
      spread: spread(gpu ?? wall),
      wallMs: median(wall),
      nsPerElement: (ms * 1e6) / elements,
      elementsPerSecond: (elements / ms) * 1000,
      gbPerSecond,
      ofCopy: copy && gbPerSecond && gbPerSecond / rate(copy, 2),
      toFloor: floor && ratio(timing, find(floor)),
      toOwn: ratio(timing, find(OWN)),
    }
  })
}

/** Whether a sampler's draws were right, as a mark and a sentence; undefined for what was not checked. */
export function verdictOf(report: Report, contender: string): { right: boolean; why: string } | undefined {
  const checks = report.checks[contender]
  if (!checks) return undefined
  const wrong = checks.filter(({ p }) => p !== undefined && p < SIGNIFICANT)
  const sentences = (wrong.length > 0 ? wrong : checks).map(({ check, draws, p, failure }) => {
    if (failure) return `${check}: ${failure}`
    if (p === undefined) return `${check}: too few draws to tell (${draws})`
    return `${check}: p ${p < 1e-6 ? '< 1e-6' : `= ${p.toPrecision(2)}`} (${draws} draws)`
  })
  return { right: wrong.length === 0, why: sentences.join('; ') }
}

/** A sentence for each contender and reason why it did not take part, with the cases it missed. */
export function failuresOf({ failures, results }: Report): string[] {
  const missed = new Map<string, string[]>()
  for (const result of results)
    for (const [name, why] of Object.entries(result.failures)) {
      const sentence = `${name}: ${firstLine(why)}`
      missed.set(sentence, [...(missed.get(sentence) ?? []), nameOf(result)])
    }
  return [
    ...Object.entries(failures).map(([name, why]) => `${name}: ${firstLine(why)}`),
    ...[...missed].map(([sentence, cases]) => `${sentence} (${cases.join(', ')})`),
  ]
}

const firstLine = (text: string) => text.split('\n')[0]

export function adapterOf({ adapter, userAgent }: Report): string {
  const { vendor, architecture, device, description } = adapter
  const named = [...new Set([description || [vendor, architecture].filter(Boolean).join(' '), device])].filter(
    (part) => part && !part.startsWith('0x'),
  )
  const browser = /(Firefox|Edg|Chrome|Version)\/(\d+)/.exec(userAgent)
  const browserName = { Version: 'Safari', Edg: 'Edge' }[browser?.[1] ?? ''] ?? browser?.[1] ?? 'unknown browser'
  return `${named.join(', ') || 'adapter not named'}; ${browserName} ${browser?.[2] ?? ''}`.trim()
}
