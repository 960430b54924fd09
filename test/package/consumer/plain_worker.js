import * as library from './node_modules/gumbel-webgpu/dist/index.js'
import { drawTokens } from './draw.js'

drawTokens(library, 'webgpu').then((drawn) => postMessage(drawn))
