/** Logits without order, whole numbers from -20 to 20, with a masked class here and there. */
function logitsOf(batchSize, numClasses) {
  return Float32Array.from({ length: batchSize * numClasses }, (_, i) => {
    const mixed = Math.imul(i + 1, 0x9e3779b1) >>> 16
    return mixed % 11 === 0 ? -Infinity : (mixed % 41) - 20
  })
}

/** Twelve tokens of two rows. */
export async function drawTokens({ createSampler }, backend) {
  const sampler = await createSampler({ backend })
  const options = { batchSize: 2, numClasses: 1000, numSamples: 6, temperature: 8, seed: 42n }
  const { indices } = await sampler.sample(logitsOf(2, 1000), options)
  sampler.destroy()
  return { backend: sampler.backend, tokens: [...indices] }
}

/** Rows that lanes hold, a row that is split, and rows too long to hold, which are read four classes at a time. */
const SHAPES = [
  { batchSize: 50, numClasses: 10, numSamples: 2 },
  { batchSize: 1, numClasses: 20_001, numSamples: 1 },
  { batchSize: 20, numClasses: 1000, numSamples: 1 },
]

/** What a sampler gives for a shape, by name; what must be the same bits on every device is called exact. */
async function* results(sampler, shape) {
  const logits = logitsOf(shape.batchSize, shape.numClasses)
  const options = { ...shape, temperature: 8, tau: 0.7, seed: 7, step: 3, tail: 'extended' }
  const drawn = await sampler.sample(logits, { ...options, logProbs: true, scores: true })
  yield ['exact indices', drawn.indices]
  yield ['exact scores', drawn.scores]
  yield ['logProbs', drawn.logProbs]
  const soft = await sampler.gumbelSoftmax(logits, { ...options, logProbs: true })
  yield ['exact indices of samples', soft.indices]
  yield ['samples', soft.samples]
  yield ['exact hard samples', (await sampler.gumbelSoftmax(logits, { ...options, hard: true })).samples]
  const gradSamples = Float32Array.from(soft.samples, (_, i) => (i % 7) - 3)
  const wanted = { ...options, gradTau: true, gradTemperature: true }
  const gradients = await sampler.gumbelSoftmaxBackward(gradSamples, logits, wanted)
  for (const name of ['gradLogits', 'gradTau', 'gradTemperature']) yield [name, gradients[name]]
  const given = await sampler.gumbelSoftmaxBackward(gradSamples, logits, { ...options, samples: soft.samples })
  yield ['gradLogits of samples', given.gradLogits]
  yield ['noise given indices', (await sampler.gumbelGivenIndex(logits, drawn.indices, options)).noise]
  yield ['density', await sampler.concreteLogProb(soft.samples, logits, options)]
  for (const kind of ['bits', 'uniform', 'exponential', 'gumbel'])
    yield [`exact ${kind}`, await sampler.noise(kind, options)]
}

/** How far WebGPU is from the CPU at most, absolutely below 1 and relatively above: by name, over so many shapes. */
export async function compareBackends({ createSampler }, count = SHAPES.length) {
  const [webgpu, cpu] = [await createSampler({ backend: 'webgpu' }), await createSampler({ backend: 'cpu' })]
  const worst = {}
  for (const shape of SHAPES.slice(0, count)) {
    const expected = new Map()
    for await (const [name, values] of results(cpu, shape)) expected.set(name, values)
    for await (const [name, values] of results(webgpu, shape))
      expected.get(name).forEach((value, i) => {
        worst[name] = Math.max(worst[name] ?? 0, distance(values[i], value))
      })
  }
  const { ok } = await webgpu.verify()
  webgpu.destroy()
  return { ok, worst }
}

function distance(actual, expected) {
  if (Object.is(actual, expected)) return 0
  const apart = Math.abs(actual - expected) / Math.max(1, Math.abs(expected))
  return Number.isNaN(apart) ? Infinity : apart
}
