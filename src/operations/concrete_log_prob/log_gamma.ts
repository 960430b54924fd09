/** Log of Gamma(n) = (n - 1)! for whole n from 1, within 1e-12 relative: by the product, or by Stirling's series. */
export function logGamma(n: number): number {
  if (n > 16) {
    const square = 1 / (n * n)
    const series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / n
    return (n - 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + series
  }
  let product = 1
  for (let i = 2; i < n; i++) product *= i
  return Math.log(product)
}
