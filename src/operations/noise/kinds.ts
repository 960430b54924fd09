/** Kinds of noise; the position is the value of KIND in `shaders/noise/generate.wgsl`. */
export const KINDS = ['bits', 'uniform', 'exponential', 'gumbel'] as const

export type NoiseKind = (typeof KINDS)[number]
