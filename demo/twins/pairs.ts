import type { DrawSettings } from '../draw_options'
import type { Engine } from '../engine'
import { generate } from '../generate'
import { Tokenizer } from '../tokenizer'
import type { Pair } from './comparison'

export interface PairOptions extends Omit<DrawSettings, 'sequences' | 'streams'> {
  signal: AbortSignal
}

/**
 * A text by each engine, token by token: each goes on from its own tokens. The engines take turns, as runtimes do not run twice at once. It stops
 * between pairs, so that no text is ahead of the other.
 */
export async function* byTwoEngines(
  left: Engine,
  right: Engine,
  { signal, ...options }: PairOptions,
): AsyncGenerator<Pair, void, void> {
  const writers = [left, right].map((engine) => generate(engine, { ...options, sequences: 1 }))
  try {
    while (!signal.aborted) {
      const ids: (number | undefined)[] = []
      for (const writer of writers) {
        const { value } = await writer.next()
        ids.push(value ? value.ids[0] : undefined)
      }
      if (ids.every((id) => id === undefined)) return
      yield [ids[0], ids[1]]
    }
  } finally {
    for (const writer of writers) await writer.return()
  }
}

/** The same text in two places of one engine's batch. */
export async function* byTwoSlots(engine: Engine, options: PairOptions): AsyncGenerator<Pair, void, void> {
  const ended = [false, false]
  for await (const { ids } of generate(engine, { ...options, sequences: 2, streams: [0, 0] })) {
    yield [ended[0] ? undefined : ids[0], ended[1] ? undefined : ids[1]]
    for (const row of [0, 1]) ended[row] ||= ids[row] === Tokenizer.END
  }
}
