import { CONTENDER_NAMES, type Contender, type ContenderName } from './contender'
import { argmax, copy, naive, philoxAlone } from './contenders/kernels'
import { argsort } from './contenders/argsort'
import { own, ownCpu, ownPlain, ownReadBack } from './contenders/own'
import { readBack } from './contenders/read_back'

type Make = (device: GPUDevice) => Contender | Promise<Contender>

/** Everyone who takes part; the large ones are loaded only when they do. */
const CONTENDERS: Record<ContenderName, Make> = {
  'gumbel-webgpu': own,
  'gumbel-webgpu, plain': ownPlain,
  argmax,
  'jax-js': async () => (await import('./contenders/jax')).jax(),
  tfjs: async (device) => (await import('./contenders/tfjs')).tfjs(device),
  'naive WGSL': naive,
  'argsort WGSL': argsort,
  'Philox alone': philoxAlone,
  copy,
  'gumbel-webgpu, read back': ownReadBack,
  'read back, JS': readBack,
  'gumbel-webgpu, CPU': ownCpu,
}

/** Makes the contenders named, all where none is; those that cannot be had are left out, with the reason in `failures`. */
export async function makeContenders(
  device: GPUDevice,
  names: string[],
  failures: Record<string, string>,
): Promise<Contender[]> {
  const made: Contender[] = []
  for (const name of CONTENDER_NAMES) {
    if (names.length > 0 && !names.includes(name)) continue
    try {
      made.push(await CONTENDERS[name](device))
    } catch (error) {
      failures[name] = messageOf(error)
    }
  }
  return made
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
