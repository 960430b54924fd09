import * as ort from 'onnxruntime-web/webgpu'

ort.env.logLevel = 'error' // A note that shape operations run on the CPU is harmless.

const LAYERS = 3
const WIDTH = 256

/** Where the recurrence stands after the ids so far, for each text of a batch. */
export interface Step {
  /** float32 `[batch, numClasses]`, of the next id; on the GPU where the model has a device. */
  logits: ort.Tensor
  /** float32 `[layers, batch, width]`, beside the logits. */
  state: ort.Tensor
}

/** A recurrent language model in ONNX, one id a step, on a GPU device or in WebAssembly. */
export class LanguageModel {
  /** Where its logits and states stay; undefined for host memory. */
  readonly device: GPUDevice | undefined
  readonly #session: ort.InferenceSession
  /** Is settled when the step asked for last has run: onnxruntime-web crashes where a session runs twice at once. */
  #last: Promise<unknown> = Promise.resolve()

  private constructor(session: ort.InferenceSession, device: GPUDevice | undefined) {
    this.#session = session
    this.device = device
  }

  /** @param device keeps logits and state on it; without one, the model runs on the CPU */
  static async load(url: string, device: GPUDevice | undefined): Promise<LanguageModel> {
    const session = await ort.InferenceSession.create(
      url,
      device
        ? { executionProviders: [{ name: 'webgpu', device }], preferredOutputLocation: 'gpu-buffer' }
        : { executionProviders: ['wasm'] },
    )
    return new LanguageModel(session, device)
  }

  /** The state before the first id. */
  static start(batchSize: number): ort.Tensor {
    return new ort.Tensor('float32', new Float32Array(LAYERS * batchSize * WIDTH), [LAYERS, batchSize, WIDTH])
  }

  /** Ids in host memory as `step` takes them. */
  static ids(ids: Int32Array): ort.Tensor {
    return new ort.Tensor('int32', ids, [ids.length])
  }

  /** Reads one id a text, int32 `[batch]`. Both tensors stay the caller's; steps run in the order in which they are asked for. */
  step(ids: ort.Tensor, state: ort.Tensor): Promise<Step> {
    const step = this.#last.then(async () => {
      const { logits, next_state } = await this.#session.run({ input_ids: ids, state })
      return { logits, state: next_state }
    })
    this.#last = step.catch(() => undefined)
    return step
  }

  release(): Promise<void> {
    return this.#session.release()
  }
}
