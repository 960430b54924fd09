/** A number as the page shows it: a true minus sign, and infinity by its symbol. */
export function fixed(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return value < 0 ? '−∞' : '∞'
  return value
    .toFixed(digits)
    .replace(/^-(?=.*[1-9])/, '−')
    .replace(/^-/, '')
}

/** A p-value. */
export function chance(p: number): string {
  return p < 0.0001 ? '< 0.0001' : fixed(p, 4)
}

export function grouped(count: number): string {
  return count.toLocaleString('en')
}

/** 'class', or 'classes' where there is another number of them. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`
}
