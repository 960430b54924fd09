import { createSampler } from 'gumbel-webgpu'
import { requestDevice } from '../../bench/device'
import type { Check, Outcome, Tools } from './check'
import { Cpu } from './cpu'
import { FAULTS, inject } from './faults'

/** What is to be audited, and who is told. */
export interface Plan {
  checks: readonly Check[]
  /** Words whose noise is compared. */
  words: number
  /** Ends checks as soon as they may, in tests of the page. */
  brief: boolean
  /** A name of FAULTS, in tests of the page. */
  fault?: string
  signal: AbortSignal
  placeOf(check: Check): HTMLElement
  onStart(check: Check): void
  /** `whole` is the share of all checks. */
  onProgress(check: Check, share: number, whole: number): void
  onOutcome(check: Check, outcome: Outcome): void
}

/** This browser offers no device to audit. */
export class NoDeviceError extends Error {}

/**
 * Runs the checks one after another on a device of its own.
 * @returns what the device had to say beside: errors that no call was told of, or its loss
 * @throws NoDeviceError, or the signal's reason
 */
export async function audit(plan: Plan): Promise<string[]> {
  const { signal, words, brief } = plan
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter)
    throw new NoDeviceError(
      navigator.gpu ? 'This browser offers WebGPU, but has no adapter here.' : 'This browser offers no WebGPU.',
    )
  const device = await requestDevice()
  const isFound = plan.fault ? inject(FAULTS[plan.fault], device) : undefined
  const complaints: string[] = []
  device.addEventListener('uncapturederror', ({ error }) => complaints.push(error.message))
  void device.lost.then(({ reason, message }) => reason !== 'destroyed' && complaints.push(`device lost: ${message}`))
  const sampler = await createSampler({ device })
  const cpu = new Cpu()
  const stop = () => cpu.end(signal.reason)
  signal.addEventListener('abort', stop)
  const tools = { adapter, device, sampler, cpu, words, brief, signal }
  try {
    await runAll(plan, tools)
  } finally {
    signal.removeEventListener('abort', stop)
    cpu.end(new Error('the audit has ended'))
    sampler.destroy()
    device.destroy()
  }
  if (isFound?.() === false) complaints.push(`the fault '${plan.fault}' changed no kernel`)
  return complaints
}

async function runAll(plan: Plan, tools: Omit<Tools, 'place' | 'progress'>): Promise<void> {
  const { checks, words, signal } = plan
  const total = checks.reduce((sum, check) => sum + check.weight(words), 0)
  let done = 0
  for (const check of checks) {
    const weight = check.weight(words)
    signal.throwIfAborted()
    plan.onStart(check)
    const progress = async (share: number) => {
      plan.onProgress(check, share, (done + share * weight) / total)
      await new Promise((resolve) => setTimeout(resolve))
      signal.throwIfAborted()
    }
    let outcome: Outcome
    try {
      outcome = await check.run({ ...tools, progress, place: plan.placeOf(check) })
    } catch (error) {
      signal.throwIfAborted()
      const why = error instanceof Error ? error.message : String(error)
      outcome = { good: false, verdict: `It failed: ${why}`, figures: {} }
    }
    done += weight
    plan.onOutcome(check, outcome)
  }
}
