import type { Outcome } from './check'

/** What the page says as JSON; `format` changes where its meaning does. */
export interface Report {
  format: 'gumbel-webgpu audit 1'
  date: string
  userAgent: string
  /** The part of the 2^32 words whose noise was compared. */
  words: number
  verdict: 'good' | 'bad' | 'incomplete'
  /** What the device had to say that no call was told of. */
  complaints: string[]
  checks: ReportedCheck[]
}

export interface ReportedCheck extends Outcome {
  id: string
  seconds: number
}

export function textOf(report: Report): string {
  return JSON.stringify(report, null, 2)
}

export function download(report: Report): void {
  const url = URL.createObjectURL(new Blob([textOf(report)], { type: 'application/json' }))
  const link = document.createElement('a')
  Object.assign(link, { href: url, download: `gumbel-webgpu-audit-${report.date.slice(0, 10)}.json` })
  link.click()
  setTimeout(() => URL.revokeObjectURL(url))
}
