import { PIXELS, SIDE } from './digits'

/** Digits in rows, white on black, as a PNG's data URL. */
export function pngOf(rows: readonly Float32Array[], scale: number): string {
  const small = document.createElement('canvas')
  small.width = (rows[0].length / PIXELS) * SIDE
  small.height = rows.length * SIDE
  const context = small.getContext('2d')!
  rows.forEach((row, r) => {
    for (let i = 0; i < row.length / PIXELS; i++)
      context.putImageData(imageOf(row.subarray(i * PIXELS, (i + 1) * PIXELS)), i * SIDE, r * SIDE)
  })
  const large = document.createElement('canvas')
  large.width = scale * small.width
  large.height = scale * small.height
  const drawn = large.getContext('2d')!
  drawn.imageSmoothingEnabled = false
  drawn.drawImage(small, 0, 0, large.width, large.height)
  return large.toDataURL('image/png')
}

/** A digit of probabilities of its pixels, from black, 0, to white. */
function imageOf(pixels: Float32Array): ImageData {
  const image = new ImageData(SIDE, SIDE)
  pixels.forEach((value, i) => {
    image.data.fill(255 * value, 4 * i, 4 * i + 3)
    image.data[4 * i + 3] = 255
  })
  return image
}
