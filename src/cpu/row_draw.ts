import type { Request } from '../request'

/** What a row draws with. */
export interface RowDraw {
  temperature: number
  seedLow: number
  seedHigh: number
  stream: number
}

const floats = new Float32Array(1)
const words = new Uint32Array(floats.buffer)

/** Fills `out` for one row; the twin of `row_draw` in `shaders/shared/params.wgsl`. */
export function rowDraw(out: RowDraw, request: Request, row: number): void {
  const { rowParams } = request
  if (rowParams) {
    words[0] = rowParams[4 * row]
    out.temperature = floats[0]
    out.seedLow = rowParams[4 * row + 1]
    out.seedHigh = rowParams[4 * row + 2]
    out.stream = rowParams[4 * row + 3]
  } else {
    out.temperature = request.temperature
    out.seedLow = request.seedLow
    out.seedHigh = request.seedHigh
    out.stream = request.stream + row * request.streamStride
  }
}
