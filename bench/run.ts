import { type Case, OPERATIONS, nameOf } from './cases'
import { type CheckResult, checkDraws } from './checks'
import type { Contender } from './contender'
import { makeContenders, messageOf } from './contenders'
import { requestDevice } from './device'
import { type HostOverhead, measureHostOverhead } from './host_overhead'
import { kjvLogits } from './kjv'
import { generateLogits } from './logits'
import { type Loaded, type Timing, measure, tryOut } from './measure'
import { type Overhead, measureOverhead } from './overhead'
import { sum } from './statistics'

export interface CaseResult extends Case {
  timings: Timing[]
  /** Contenders that failed, and why. */
  failures: Record<string, string>
}

/** Changes with what a report means. */
export const FORMAT = 'gumbel-webgpu bench 2'

/** What a run found; as JSON it is what the page exports and imports. */
export interface Report {
  format: typeof FORMAT
  date: string
  userAgent: string
  adapter: { vendor: string; architecture: string; device: string; description: string }
  /** Whether the GPU's own time was measured. */
  timestamps: boolean
  /** About each contender that took part. */
  contenders: Record<string, string>
  /** Of each sampler. */
  checks: Record<string, CheckResult[]>
  overheads: Overhead[]
  hostOverheads: HostOverhead[]
  results: CaseResult[]
  /** Contenders that could not be had, and why. */
  failures: Record<string, string>
}

export interface Progress {
  /** Work done and in all, in units of nothing; their ratio is about that of the times. */
  done: number
  of: number
  doing: string
}

export interface RunOptions {
  cases: Case[]
  /** Names of contenders; empty takes all. */
  contenders: string[]
  rounds: number
  /** Whether to check the draws and measure the overhead of a call first. */
  checks: boolean
  onProgress?(progress: Progress): void | Promise<void>
  /** Called after each case with the report so far. */
  onResult?(report: Report): void | Promise<void>
  signal?: AbortSignal
}

/** Runs cases one after another, all contenders of a case in turns. */
export async function run(options: RunOptions): Promise<Report> {
  const { cases, rounds, onProgress, onResult, signal } = options
  const device = await requestDevice()
  const report = emptyReport(device)
  const contenders = await makeContenders(device, options.contenders, report.failures)
  for (const { name, about } of contenders) report.contenders[name] = about
  try {
    const work = new Work(cases, options.checks)
    if (options.checks) {
      await onProgress?.(work.next('checks of the draws'))
      for (const contender of contenders) {
        signal?.throwIfAborted()
        const results = await checkDraws(device, contender)
        if (results.length > 0) report.checks[contender.name] = results
      }
      await onProgress?.(work.next('overhead of a call'))
      report.overheads = await measureOverhead(device, contenders)
      report.hostOverheads = await measureHostOverhead(device)
      await onResult?.(report)
    }
    for (const one of cases) {
      await onProgress?.(work.next(nameOf(one)))
      report.results.push(await runCase(device, contenders, one, rounds, signal))
      await onResult?.(report)
    }
    await onProgress?.(work.next(''))
  } finally {
    device.destroy()
  }
  return report
}

/** How far a run is. A case costs about its size, and something for compiling and warming up. */
class Work {
  #steps: number[]
  #next = 0

  constructor(cases: Case[], checks: boolean) {
    const sizes = cases.map(({ batchSize, numClasses }) => batchSize * numClasses + 2e6)
    this.#steps = [...(checks ? [8e6, 2e6] : []), ...sizes]
  }

  next(doing: string): Progress {
    return { done: sum(this.#steps.slice(0, this.#next++)), of: sum(this.#steps), doing }
  }
}

export function emptyReport(device: GPUDevice): Report {
  const { vendor, architecture, device: name, description } = device.adapterInfo
  return {
    format: FORMAT,
    date: new Date().toISOString(),
    userAgent: navigator.userAgent,
    adapter: { vendor, architecture, device: name, description },
    timestamps: device.features.has('timestamp-query'),
    contenders: {},
    checks: {},
    overheads: [],
    hostOverheads: [],
    results: [],
    failures: {},
  }
}

async function logitsOf({ logits, batchSize, numClasses }: Case): Promise<Float32Array> {
  return logits === 'kjv' ? kjvLogits() : generateLogits(logits, batchSize * numClasses)
}

async function runCase(
  device: GPUDevice,
  contenders: Contender[],
  one: Case,
  rounds: number,
  signal?: AbortSignal,
): Promise<CaseResult> {
  const host = await logitsOf(one)
  const { STORAGE, COPY_DST, COPY_SRC } = GPUBufferUsage
  const buffer = device.createBuffer({ size: host.byteLength, usage: STORAGE | COPY_DST | COPY_SRC })
  device.queue.writeBuffer(buffer, 0, host)
  const failures: Record<string, string> = {}
  const loaded: Loaded[] = []
  try {
    for (const contender of contenders) {
      if (!contender.operations.includes(one.operation) || contender.takes?.(one) === false) continue
      try {
        const prepared = await contender.prepare({ ...one, host, buffer })
        loaded.push(await tryOut(contender, prepared))
      } catch (error) {
        failures[contender.name] = messageOf(error)
      }
    }
    const onGpu = !OPERATIONS[one.operation].byPage
    const timings = await measure(loaded, rounds, () => signal?.throwIfAborted(), onGpu)
    return { ...one, timings, failures }
  } finally {
    for (const { prepared } of loaded) prepared.destroy()
    buffer.destroy()
  }
}
