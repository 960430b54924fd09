/**
 * WebGPU in Node, by the npm package `webgpu` 0.6 (Dawn): `npm install gumbel-webgpu webgpu`.
 *
 * On Linux it takes a Vulkan driver that Dawn accepts: SwiftShader does, Mesa's lavapipe of 2022 does not. `VK_ICD_FILENAMES` names the file
 * of one. Where there is none, the CPU draws the same.
 */
import { createSampler } from 'gumbel-webgpu'
import { create } from 'webgpu'

const adapter = await create([]).requestAdapter()
const device = await adapter?.requestDevice()
const sampler = await createSampler(device ? { device } : { backend: 'cpu' })

const logits = new Float32Array([0, 1, 2, 3, 2, 1]) // two rows of three classes
const { indices } = await sampler.sample(logits, { numClasses: 3, temperature: 0.8, seed: 42n })
console.log(sampler.backend, ...indices)

sampler.destroy()
device?.destroy()
