/** Which tokens of drafts are those that are drawn; the twin of `shaders/drafts/accept.wgsl`. */

import { type InvalidRow, InvalidRowsError } from '../errors'
import type { SampleResult } from '../operations/sample/options'
import type { VerifyDraftResult } from './options'
import type { DraftShape } from './settings'

/**
 * Compares what was drawn at each position with the drafts.
 * @throws InvalidRowsError unless sequences that meet a row without a distribution are marked
 */
export function judgeDrafts(
  { indices, logProbs, invalidRows }: SampleResult,
  draft: Int32Array,
  { batchSize, positions }: DraftShape,
  mark: boolean,
): VerifyDraftResult {
  const reasons = new Map(invalidRows.map(({ row, reason }) => [row, reason]))
  const accepted = new Int32Array(batchSize)
  const invalid: InvalidRow[] = []
  for (let r = 0; r < batchSize; r++) {
    const [begin, drafted] = [r * positions, r * (positions - 1)]
    let n = 0
    while (n < positions - 1 && indices[begin + n] === draft[drafted + n] && !reasons.has(begin + n)) n++
    accepted[r] = n
    const reason = reasons.get(begin + n)
    if (reason) invalid.push({ row: r, reason })
    indices.fill(-1, begin + n + 1, begin + positions)
    logProbs?.fill(NaN, begin + n + 1, begin + positions)
  }
  if (invalid.length > 0 && !mark)
    throw new InvalidRowsError(invalid, "pass invalidRows: 'mark' to get index -1 for such rows")
  return { indices, accepted, ...(logProbs ? { logProbs } : {}), invalidRows: invalid }
}
