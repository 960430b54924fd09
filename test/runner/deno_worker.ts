/** What DenoWorker starts in Deno. */
import process from 'node:process'
import { parse, stringify } from 'flatted'
import { init, runBaseTests, setupEnvironment } from 'vitest/worker'

init({
  post: (message) => process.send!(message),
  on: (callback) => process.on('message', callback),
  off: (callback) => process.off('message', callback),
  serialize: stringify,
  deserialize: parse,
  runTests: (state, traces) => runBaseTests('run', state, traces),
  collectTests: (state, traces) => runBaseTests('collect', state, traces),
  setup: setupEnvironment,
})
