import { type Request, ROW_PARAMS_WORDS } from '../request'

/** What a row draws with. */
export interface RowDraw {
  temperature: number
  tau: number
  seedLow: number
  seedHigh: number
  stream: number
  step: number
}

/** Fills `out` for one row; the twin of `row_settings_of` in `shaders/shared/row_settings_*.wgsl`. */
export function rowDraw(out: RowDraw, request: Request, row: number): void {
  const { rowParams } = request
  if (rowParams) {
    const at = row * ROW_PARAMS_WORDS
    out.temperature = rowParams.floats[at]
    out.tau = rowParams.floats[at + 1]
    out.seedLow = rowParams.words[at + 2]
    out.seedHigh = rowParams.words[at + 3]
    out.stream = rowParams.words[at + 4]
    out.step = rowParams.words[at + 5]
  } else {
    out.temperature = request.temperature
    out.tau = request.tau
    out.seedLow = request.seedLow
    out.seedHigh = request.seedHigh
    out.stream = request.stream + row * request.streamStride
    out.step = request.step
  }
}

export function emptyRowDraw(): RowDraw {
  return { temperature: 0, tau: 0, seedLow: 0, seedHigh: 0, stream: 0, step: 0 }
}
