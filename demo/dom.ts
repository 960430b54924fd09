const SVG = 'http://www.w3.org/2000/svg'

type Attributes = Record<string, string | number>

/** An element of HTML with attributes and children. */
export function html<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  element.append(...children)
  return element
}

export function shape(name: 'rect' | 'line' | 'path', attributes: Attributes): SVGElement {
  const element = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  return element
}

/** A picture of shapes in its own units, which stretches to its box; words stand beside it, in HTML. */
export function picture(width: number, height: number, shapes: SVGElement[], attributes: Attributes = {}): SVGElement {
  const svg = document.createElementNS(SVG, 'svg')
  const given = { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', ...attributes }
  for (const [key, value] of Object.entries(given)) svg.setAttribute(key, String(value))
  svg.append(...shapes)
  return svg
}

export function byId<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T
}
