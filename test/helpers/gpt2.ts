/** The GPT-2 of `demo/public/kjv-gpt2`, as its two runtimes load it. */
import { AutoModelForCausalLM, AutoTokenizer, type PreTrainedModel, env } from '@huggingface/transformers'
import { gpuSession } from 'gumbel-webgpu/transformers'
import * as ort from 'onnxruntime-web/webgpu'

/** Its vocabulary. */
export const WORDS = 13815
/** `<end>`, which opens and closes texts. */
export const END = 0

ort.env.logLevel = 'error' // A note that shape operations run on the CPU is harmless.
env.allowLocalModels = true
env.allowRemoteModels = false
env.localModelPath = '/'
env.useBrowserCache = false
// Beside the runtime's own module, rather than from a host of packages.
env.backends.onnx.wasm!.wasmPaths = undefined

/** What logits are in the model's file. */
export type LogitsType = 'fp32' | 'fp16'

/** A fusion for which sizes must be fixed, whose kernel takes half as long again as what it replaces. */
const WITHOUT_FUSION = { optimization: { disable_specified_optimizers: 'MatMulAddFusion' } }

/** @param fixed sizes of `batch` and `steps`, for sessions that run one token a text */
export function loadSession(
  device: GPUDevice | undefined,
  { type = 'fp32', fixed }: { type?: LogitsType; fixed?: { batch: number; steps: number } } = {},
): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(`/kjv-gpt2/onnx/model${type === 'fp16' ? '_fp16' : ''}.onnx`, {
    ...(device ? gpuSession(device) : { executionProviders: ['wasm'] }),
    ...(fixed ? { freeDimensionOverrides: fixed, extra: WITHOUT_FUSION } : {}),
    logSeverityLevel: 3,
  })
}

export function loadModel(device: GPUDevice | undefined, dtype: LogitsType = 'fp32'): Promise<PreTrainedModel> {
  return AutoModelForCausalLM.from_pretrained('kjv-gpt2', {
    dtype,
    ...(device ? { session_options: { ...gpuSession(device), logSeverityLevel: 3 } } : { device: 'wasm' }),
  })
}

export function loadTokenizer() {
  return AutoTokenizer.from_pretrained('kjv-gpt2')
}
