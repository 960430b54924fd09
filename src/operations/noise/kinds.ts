export type NoiseKind = 'bits' | 'uniform' | 'exponential' | 'gumbel'

/** Kinds of noise; the position is the value of KIND in `shaders/noise/generate.wgsl`. */
export const KINDS: readonly NoiseKind[] = ['bits', 'uniform', 'exponential', 'gumbel']
