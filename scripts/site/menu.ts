export interface Entry {
  text: string
  url: string
  /** Whether it is the page that has this menu. */
  current: boolean
}

/** The menu of the documents, in HTML: its parts, each with its pages. */
export function menu(parts: { title: string; entries: Entry[] }[]): string {
  const item = ({ text, url, current }: Entry) =>
    `<li><a href="${url}"${current ? ' class="current" aria-current="page"' : ''}>${escaped(text)}</a></li>`
  const part = ({ title, entries }: (typeof parts)[number]) =>
    `<h3>${escaped(title)}</h3><ul>${entries.map(item).join('')}</ul>`
  return `<nav class="menu" aria-label="Documents">${parts.map(part).join('')}</nav>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
