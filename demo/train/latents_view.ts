import { picture, shape } from '../dom'
import { CLASSES, LATENTS } from './model'

const MOST = Math.log(CLASSES)

/** How much each latent is used: its divergence, and how often each of its classes is drawn. */
export function showLatents(box: HTMLElement, divergences: Float32Array, shares: Float32Array): void {
  const bars = [...divergences].map((nats, latent) => {
    const height = Math.min(1, Math.max(0, nats / MOST))
    return shape('rect', { x: latent + 0.1, y: 1 - height, width: 0.8, height })
  })
  // Shades by roots, as most shares are near to a tenth.
  const squares = [...shares].map((share, i) => {
    const at = { x: Math.floor(i / CLASSES) + 0.05, y: (i % CLASSES) + 0.05 }
    return shape('rect', { ...at, width: 0.9, height: 0.9, 'fill-opacity': Math.sqrt(Math.min(1, share)).toFixed(3) })
  })
  const used = divergences.filter((nats) => nats > MOST / 100).length
  const spent = divergences.reduce((a, b) => a + b, 0)
  const bits = `${used} of ${LATENTS} latents are used, with ${spent.toFixed(1)} nats in all`
  box.replaceChildren(
    picture(LATENTS, 1, bars, { class: 'bars', role: 'img', 'aria-label': bits }),
    picture(LATENTS, CLASSES, squares, {
      class: 'squares',
      role: 'img',
      'aria-label': 'How often each class is drawn',
    }),
  )
}
