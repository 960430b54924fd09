/** What a worker thread of Node runs: digests on the CPU of each list of ranges it is sent. */
import { parentPort } from 'node:worker_threads'
import { digestNoise } from '../../src/noise/digest'
import type { NoiseRange } from '../../src/noise/ranges'

parentPort?.on('message', (ranges: NoiseRange[]) => parentPort?.postMessage(digestNoise(ranges)))
