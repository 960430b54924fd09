/** A colour of the page by the name of its custom property, for what is drawn on a canvas, which does not follow the colour scheme. */
export function colour(name: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  document.body.append(probe)
  const value = getComputedStyle(probe).color
  probe.remove()
  return value
}
