/** A change of the library's kernels that makes this device a broken one, for tests of the page. */
interface Fault {
  text: string
  instead: string
}

/** What `?fault=` in the page's URL may name. Each must be found by a check. */
export const FAULTS: Record<string, Fault> = {
  /** A round of Philox is left out. */
  philox: { text: 'round < 10u', instead: 'round < 9u' },
  /** A coefficient of the logarithm is the next float. */
  noise: { text: '+ 0.3333393157358493', instead: '+ 0.33333934' },
  /** The exponential of a uniform by the builtin. */
  log: {
    text: 'return negative_log(select(w.exponent, vec4<f32>(), small), select(1.0 - w.mantissa, x, small));',
    instead: 'return max(-log(1.0 - half_open(words)), vec4<f32>(1e-10));',
  },
  /** Gumbel-max gives the neighbour of the class that wins. */
  tokens: { text: 'best.class_ = class_;', instead: 'best.class_ = class_ ^ 1u;' },
  /** So does Gumbel-softmax. */
  soft: { text: 'first_class + min(first4(', instead: '(first_class ^ 1u) + min(first4(' },
  /** Of equal classes the later ones are kept. */
  kept: { text: 'atomicLoad(&sh_high[j]) < column', instead: 'atomicLoad(&sh_high[j]) > column' },
  /** Uniforms of 16 bits, whose noise ends at 12. */
  tail: {
    text: 'let low = halves.low[i & 3u];',
    instead: 'let low = 0x80008000u;',
  },
  /** A temperature that is a twentieth too high. */
  bias: {
    text: 'settings.stream += row * params.stream_stride;',
    instead: 'settings.stream += row * params.stream_stride; settings.temperature *= 1.05;',
  },
}

/** Makes the device compile kernels with the fault; gives a function that says whether any had what it changes. */
export function inject(fault: Fault, device: GPUDevice): () => boolean {
  let found = false
  const createShaderModule = device.createShaderModule.bind(device)
  device.createShaderModule = (descriptor) => {
    const { code } = descriptor
    found ||= code.includes(fault.text)
    return createShaderModule({ ...descriptor, code: code.replaceAll(fault.text, fault.instead) })
  }
  return () => found
}
