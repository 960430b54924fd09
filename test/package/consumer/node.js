import * as library from 'gumbel-webgpu'
import { drawTokens } from './draw.js'

const auto = await library.createSampler()
const refused = await library.createSampler({ backend: 'webgpu' }).catch((error) => ({
  isDeviceError: error instanceof library.DeviceError,
  text: String(error),
}))
const drawn = await drawTokens(library, 'cpu')
console.log(JSON.stringify({ names: Object.keys(library), auto: auto.backend, refused, drawn }))
