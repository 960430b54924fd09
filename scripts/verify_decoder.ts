/**
 * Writes texts of the demo's model by a decoder with every control on in Chromium, on the GPU alone, then has the CPU backend draw from the same
 * logits: `npm run verify:decoder -- --sequences 64 --tokens 200`. `--seed N` other texts, `--write` writes docs/testing.md. Exits with 1 where a token differs, something is read
 * back or memory grows, and with 2 where an option is wrong.
 */
import { parseArgs } from 'node:util'
import { SingleBar } from 'cli-progress'
import { chromium } from 'playwright'
import { chromiumFlags, findChromium } from './chromium'
import type { Compared, Written } from './decoder/run'
import { runScript } from './run_script'
import { writeSection } from './section'
import { BLANK, servePages } from './serve_pages'

/** Bytes of buffers, pages of parameters among them, may be so many more than after two tenths of the steps. */
const MOST_GROWTH = 2 ** 20

interface Choice {
  sequences: number
  tokens: number
  seed: number
  write: boolean
}

function choiceOf(args: string[]): Choice {
  const { values } = parseArgs({
    args,
    options: {
      sequences: { type: 'string', default: '64' },
      tokens: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      write: { type: 'boolean', default: false },
    },
  })
  const whole = (name: 'sequences' | 'tokens' | 'seed', most: number) => {
    const value = Number(values[name])
    if (!Number.isInteger(value) || value < 1 || value > most)
      throw new Error(`--${name} is '${values[name]}'; it must be a whole number from 1 to ${most}`)
    return value
  }
  return {
    sequences: whole('sequences', 1024),
    tokens: whole('tokens', 10_000),
    seed: whole('seed', 2 ** 31),
    write: values.write,
  }
}

async function main({ sequences, tokens, seed, write }: Choice): Promise<number> {
  const browser = await chromium.launch({ executablePath: await findChromium(), args: chromiumFlags() })
  const { server, url } = await servePages()
  const bar = new SingleBar({
    format: '{bar} {value} of {total} steps, {eta_formatted} left: {doing}',
    noTTYOutput: true,
    notTTYSchedule: 30_000,
  })
  try {
    const page = await browser.newPage()
    await page.exposeFunction('onStep', () => bar.increment())
    await page.goto(`${url}${BLANK}`)
    await page.evaluate(`(async () => {
      const { DecoderRun } = await import('/scripts/decoder/run.ts')
      globalThis.run = await DecoderRun.open(${sequences}, ${tokens}, ${seed})
    })()`)
    bar.start(2 * tokens, 0, { doing: 'on the GPU' })
    const { reads, marks, memory } = await page.evaluate<Written>('run.write(onStep)')
    bar.update({ doing: 'on the CPU' })
    const { tokens: all, different, farthest } = await page.evaluate<Compared>('run.compare(onStep)')
    bar.stop()
    const [from, to] = [memory[1] ?? memory[0], memory[memory.length - 1]]
    const mb = ({ buffers, bytes }: Written['memory'][number]) => `${buffers} (${(bytes / 2 ** 20).toFixed(2)} MB)`
    const stack = `Chromium ${browser.version()}, ${sequences} sequences by ${tokens} tokens, seed ${seed}`
    const found = [
      `${all} tokens; ${different} of them, of their lists and of their ends differ from the CPU backend's`,
      `log-probabilities differ by ${farthest.toExponential(1)} at most`,
      `${reads - marks} buffers are read back in the loop, beside ${marks} marks of pages of parameters; GPU buffers ${mb(from)} after two tenths, ${mb(to)} at the end`,
    ]
    console.log([stack, ...found].join('\n'))
    const isRight = different === 0 && farthest < 1e-4 && reads === marks && to.bytes <= from.bytes + MOST_GROWTH
    const day = new Date().toISOString().slice(0, 10)
    if (isRight && write)
      await writeSection('verify:decoder', `On ${day} in ${stack}: ${found.join('; ')}.`, 'testing.md')
    return isRight ? 0 : 1
  } finally {
    bar.stop()
    await browser.close()
    await server.close()
  }
}

await runScript(choiceOf, main)
