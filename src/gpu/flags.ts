/** WebGPU's flags, whose globals not every runtime has (Node with npm `webgpu`). https://www.w3.org/TR/webgpu/#namespacedef-gpubufferusage */

export const BufferUsage = { MAP_READ: 1, COPY_SRC: 4, COPY_DST: 8, UNIFORM: 64, STORAGE: 128 } as const

export const MAP_MODE_READ = 1

export const SHADER_STAGE_COMPUTE = 4
