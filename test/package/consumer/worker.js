import * as library from 'gumbel-webgpu'
import { drawTokens } from './draw.js'

drawTokens(library, 'webgpu').then((drawn) => postMessage(drawn))
