/** A worker that uses the library where the globals of WebGPU are not, and posts what it got. */
import { reportWithoutGlobals } from './bare'

reportWithoutGlobals().then(postMessage, (error: unknown) => postMessage(String(error)))
