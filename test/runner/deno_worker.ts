/** What DenoWorker starts in Deno. */
import process from 'node:process'
import { init, runBaseTests, setupEnvironment } from 'vitest/worker'
import { fromText, toText } from './text.ts'

init({
  post: (message) => process.send!(message),
  on: (callback) => process.on('message', callback),
  off: (callback) => process.off('message', callback),
  serialize: toText,
  deserialize: (text) => fromText(text as string),
  runTests: (state, traces) => runBaseTests('run', state, traces),
  collectTests: (state, traces) => runBaseTests('collect', state, traces),
  setup: setupEnvironment,
})
