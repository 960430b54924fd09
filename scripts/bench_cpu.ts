/**
 * The built library's CPU backend against plain JavaScript, by the processor time of both: `npm run bench:cpu`, which
 * prints the table of docs/performance.md.
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { SingleBar } from 'cli-progress'
import { type GeneratedKind, generateLogits } from '../bench/logits'
import { softmaxScan } from '../bench/softmax_scan'
import { median, medianRatio } from '../bench/statistics'

const SHAPES = [
  [64, 32768],
  [1, 131072],
  [4096, 1000],
  [131072, 10],
] as const
const KINDS: readonly GeneratedKind[] = ['normal', 'flat', 'peaked']
/** Rounds that are not counted, in which the engine compiles. */
const WARM_UP = 5
/** A contender is called until it has drawn from this many logits. */
const LOGITS_A_ROUND = 2 ** 21

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } })
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1)
  throw new RangeError(`--rounds is '${values.rounds}'; it must be a whole number from 1`)

// As published: what bundlers make of the sources matters for speed.
const built = new URL('../dist/index.js', import.meta.url).href
const { createSampler } = (await import(/* @vite-ignore */ built)) as typeof import('../src/index')
const sampler = await createSampler({ backend: 'cpu' })

function plainDraws(logits: Float32Array, batchSize: number, numClasses: number): Int32Array {
  const indices = new Int32Array(batchSize)
  const weights = new Float64Array(numClasses)
  for (let row = 0; row < batchSize; row++)
    indices[row] = softmaxScan(logits.subarray(row * numClasses, (row + 1) * numClasses), weights)
  return indices
}

/** Nanoseconds of processor time a logit. */
async function timed(logits: number, calls: number, call: () => unknown): Promise<number> {
  const start = process.cpuUsage()
  for (let i = 0; i < calls; i++) await call()
  const { user, system } = process.cpuUsage(start)
  return ((user + system) * 1000) / (calls * logits)
}

const bar = new SingleBar({
  format: '{bar} {percentage}%  {duration_formatted}, {eta_formatted} left, [{shape}] {kind}',
  noTTYOutput: true,
  notTTYSchedule: 30_000,
})
const lines = ['| shape | logits | plain JavaScript | gumbel-webgpu | ratio |', '| --- | --- | ---: | ---: | ---: |']
bar.start(SHAPES.length * KINDS.length * (WARM_UP + rounds), 0, { shape: '', kind: '' })
let step = 0
for (const [batchSize, numClasses] of SHAPES) {
  const shape = `${batchSize}, ${numClasses}`
  const count = batchSize * numClasses
  const calls = Math.ceil(LOGITS_A_ROUND / count)
  for (const kind of KINDS) {
    const logits = generateLogits(kind, count)
    const plain: number[] = []
    const ours: number[] = []
    for (let round = 0; round < WARM_UP + rounds; round++) {
      const times = [
        await timed(count, calls, () => plainDraws(logits, batchSize, numClasses)),
        await timed(count, calls, () => sampler.sample(logits, { batchSize, numClasses, seed: 42, step: step++ })),
      ]
      if (round >= WARM_UP) {
        plain.push(times[0])
        ours.push(times[1])
      }
      bar.increment({ shape, kind })
    }
    const ratio = medianRatio(ours, plain).toFixed(2)
    lines.push(`| [${shape}] | ${kind} | ${median(plain).toFixed(1)} | ${median(ours).toFixed(1)} | ${ratio} |`)
  }
}
bar.stop()
const processors = cpus()
console.log(`\nns a logit; Node ${process.versions.node}, ${processors.length} × ${processors[0].model}\n`)
console.log(lines.join('\n'))
