import * as library from 'gumbel-webgpu'
import { compareBackends, drawTokens } from './draw.js'

console.log(JSON.stringify({ drawn: await drawTokens(library, 'webgpu'), compared: await compareBackends(library) }))
