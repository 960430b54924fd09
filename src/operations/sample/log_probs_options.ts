import { oneOf } from '../../checks'
import type { Request } from '../../operation'
import { MOST_FILTERED } from './kept'
import { LOG_PROBS, TOP_INDICES, TOP_LOG_PROBS } from './outputs'

/** Whether a checked call asks for log-probabilities of the logits as they are given. */
export function isRaw({ given }: Pick<Request, 'given'>): boolean {
  return ofView(given.logProbs) === 'raw'
}

/** What a call's option, or a recording's view, says of the distribution. */
function ofView(logProbs: unknown): unknown {
  return typeof logProbs === 'object' && logProbs !== null ? (logProbs as { of?: unknown }).of : logProbs
}

/** Refuses lists without log-probabilities, and rows too long for what reads them once more. */
export function checkLogProbs(request: Request, wanted: ReadonlySet<string>): void {
  const { given, numClasses } = request
  const raw = isRaw(request)
  if (typeof given.logProbs === 'object') oneOf('logProbs.of', ofView(given.logProbs) ?? 'drawn', ['drawn', 'raw'])
  const [indices, lists] = [TOP_INDICES, TOP_LOG_PROBS].map(({ name }) => wanted.has(name))
  if (indices !== lists)
    throw new TypeError(
      `${indices ? 'topIndices is' : 'topLogProbs is'} given alone; topIndices and topLogProbs must be given both, or neither`,
    )
  if (lists && !wanted.has(LOG_PROBS.name))
    throw new TypeError(
      "topLogProbs is given without logProbs, which says of which distribution; logProbs must be given, such as true or 'raw'",
    )
  if ((raw || lists) && numClasses > MOST_FILTERED)
    throw new RangeError(
      `numClasses is ${numClasses}; beside ${lists ? 'topLogProbs' : "logProbs 'raw'"} it must be at most ${MOST_FILTERED}`,
    )
}
