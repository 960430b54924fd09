import { type Case, nameOf } from './cases'
import type { Contender } from './contender'
import { jax } from './contenders/jax'
import { argmax, copy, naive, philoxAlone } from './contenders/kernels'
import { own } from './contenders/own'
import { requestDevice } from './device'
import { generateLogits } from './logits'
import { type Loaded, type Timing, measure, tryOut } from './measure'

export interface CaseResult extends Case {
  timings: Timing[]
  /** Contenders that failed, and why. */
  failures: Record<string, string>
}

export interface Report {
  date: string
  userAgent: string
  adapter: { vendor: string; architecture: string; device: string; description: string }
  timestamps: boolean
  results: CaseResult[]
  /** Contenders that could not be had, and why. */
  failures: Record<string, string>
}

export interface RunOptions {
  cases: Case[]
  /** Names of contenders; empty takes all. */
  contenders: string[]
  rounds: number
  onProgress?(done: number, of: number, doing: string): void | Promise<void>
  onResult?(result: CaseResult): void | Promise<void>
  signal?: AbortSignal
}

const CONTENDERS: Record<string, (device: GPUDevice) => Contender | Promise<Contender>> = {
  'gumbel-webgpu': own,
  argmax,
  'jax-js': jax,
  'naive WGSL': naive,
  'Philox alone': philoxAlone,
  copy,
}

export const CONTENDER_NAMES = Object.keys(CONTENDERS)

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** Runs cases one after another, all contenders of a case in turns. */
export async function run(options: RunOptions): Promise<Report> {
  const { cases, rounds, onProgress, onResult, signal } = options
  const device = await requestDevice()
  const { vendor, architecture, device: deviceName, description } = device.adapterInfo
  const report: Report = {
    date: new Date().toISOString(),
    userAgent: navigator.userAgent,
    adapter: { vendor, architecture, device: deviceName, description },
    timestamps: device.features.has('timestamp-query'),
    results: [],
    failures: {},
  }
  const contenders: Contender[] = []
  for (const [name, make] of Object.entries(CONTENDERS)) {
    if (options.contenders.length > 0 && !options.contenders.includes(name)) continue
    try {
      contenders.push(await make(device))
    } catch (error) {
      report.failures[name] = messageOf(error)
    }
  }
  for (const [i, one] of cases.entries()) {
    signal?.throwIfAborted()
    await onProgress?.(i, cases.length, nameOf(one))
    const result = await runCase(device, contenders, one, rounds, signal)
    report.results.push(result)
    await onResult?.(result)
  }
  await onProgress?.(cases.length, cases.length, '')
  device.destroy()
  return report
}

async function runCase(
  device: GPUDevice,
  contenders: Contender[],
  one: Case,
  rounds: number,
  signal?: AbortSignal,
): Promise<CaseResult> {
  const host = generateLogits(one.logits, one.batchSize * one.numClasses)
  const { STORAGE, COPY_DST, COPY_SRC } = GPUBufferUsage
  const buffer = device.createBuffer({ size: host.byteLength, usage: STORAGE | COPY_DST | COPY_SRC })
  device.queue.writeBuffer(buffer, 0, host)
  const failures: Record<string, string> = {}
  const loaded: Loaded[] = []
  try {
    for (const contender of contenders) {
      if (!contender.operations.includes(one.operation)) continue
      try {
        const ready = { contender, prepared: await contender.prepare({ ...one, device, host, buffer }) }
        await tryOut(ready)
        loaded.push(ready)
      } catch (error) {
        failures[contender.name] = messageOf(error)
      }
    }
    const timings = await measure(loaded, rounds, () => signal?.throwIfAborted())
    return { ...one, timings, failures }
  } finally {
    for (const { prepared } of loaded) prepared.destroy()
    buffer.destroy()
  }
}
