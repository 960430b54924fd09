export function byId<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T
}

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

export interface Cell {
  text: string
  /** What a pointer that rests on it is told. */
  title?: string
  className?: string
}

export function tableOf(header: (string | Node)[], rows: Cell[][]): HTMLTableElement {
  const head = element('tr', {}, ...header.map((each) => element('th', { scope: 'col' }, each)))
  const cellOf = ({ text, title = '', className = '' }: Cell) => element('td', { title, className }, text)
  const body = rows.map((cells) => element('tr', {}, ...cells.map(cellOf)))
  return element('table', {}, element('thead', {}, head), element('tbody', {}, ...body))
}
