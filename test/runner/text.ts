import { parse, stringify } from 'flatted'

/** Begins a text that stands for a regular expression. */
const REG_EXP = 'RegExp: '

/**
 * Messages between Node and Deno as text, since their own serializations differ in version: flatted keeps the cycles that JSON has none
 * of, and this the regular expressions, such as that of `-t`.
 */
export function toText(message: unknown): string {
  return stringify(message, (_, value: unknown) =>
    value instanceof RegExp ? REG_EXP + JSON.stringify([value.source, value.flags]) : value,
  )
}

export function fromText(text: string): unknown {
  return parse(text, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(REG_EXP)
      ? new RegExp(...(JSON.parse(value.slice(REG_EXP.length)) as [string, string]))
      : value,
  )
}
