/**
 * WebGPU in Deno: `deno add npm:gumbel-webgpu`, then `deno run --unstable-webgpu deno.ts`.
 *
 * Without the flag, or without an adapter, the CPU draws the same.
 */
import { createSampler } from 'gumbel-webgpu'

const sampler = await createSampler()
const logits = new Float32Array([0, 1, 2, 3, 2, 1]) // two rows of three classes
const { indices } = await sampler.sample(logits, { numClasses: 3, temperature: 0.8, seed: 42n })
console.log(sampler.backend, ...indices)
sampler.destroy()
