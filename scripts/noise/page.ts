/** What a browser's page runs: the global `gpu` for the script that drives it. */
import { openGpu } from './gpu'

Object.assign(globalThis, { gpu: openGpu() })
