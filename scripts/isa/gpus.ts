/** A GPU's published rates. Lanes are those that take 32-bit integer instructions, which most of the kernels' are. */
export interface Gpu {
  name: string
  /** Whose instruction counts stand for it. */
  family: 'NAVI21' | 'GFX1100'
  lanes: number
  ghz: number
  gbPerSecond: number
}

/** docs/performance.md names the sources. */
export const GPUS: Gpu[] = [
  { name: 'Radeon 780M', family: 'GFX1100', lanes: 12 * 64, ghz: 2.7, gbPerSecond: 89.6 },
  { name: 'Apple M2', family: 'NAVI21', lanes: 10 * 128, ghz: 1.398, gbPerSecond: 102.4 },
  { name: 'RX 7800 XT', family: 'GFX1100', lanes: 60 * 64, ghz: 2.43, gbPerSecond: 624 },
  { name: 'RTX 4070', family: 'NAVI21', lanes: 46 * 64, ghz: 2.475, gbPerSecond: 504 },
]

/** The least time of an element in ns, and what sets it. */
export function timeOf(gpu: Gpu, cycles: number, bytes: number): { ns: number; limit: 'memory' | 'arithmetic' } {
  const memory = bytes / gpu.gbPerSecond
  const arithmetic = cycles / (gpu.lanes * gpu.ghz)
  return { ns: Math.max(memory, arithmetic), limit: memory > arithmetic ? 'memory' : 'arithmetic' }
}

/** Cycles that a lane has for an element while `bytes` of it are moved. */
export function balanceOf(gpu: Gpu, bytes: number): number {
  return (bytes / gpu.gbPerSecond) * gpu.lanes * gpu.ghz
}
