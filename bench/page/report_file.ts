import { FORMAT, type Report } from '../run'
import { element } from './dom'

export function exportReport(report: Report): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(report, null, 1)], { type: 'application/json' }))
  element('a', { href: url, download: `gumbel-webgpu-bench-${report.date.slice(0, 10)}.json` }).click()
  setTimeout(() => URL.revokeObjectURL(url))
}

/**
 * Reads a report, or a list of them, that this page or `npm run bench` wrote.
 * @throws Error that names the file
 */
export async function importReports(file: File): Promise<Report[]> {
  const problem = (why: string) => new Error(`${file.name} is no result of this benchmark: ${why}`)
  let value: unknown
  try {
    value = JSON.parse(await file.text())
  } catch {
    throw problem('it is not JSON')
  }
  const list: unknown[] = Array.isArray(value) ? value : [value]
  for (const each of list)
    if (typeof each !== 'object' || each === null || !('format' in each) || each.format !== FORMAT)
      throw problem(`its format is not '${FORMAT}'`)
  return list as Report[]
}
