/** Made by scripts/digits.ts. */
declare module 'virtual:digits' {
  export const counts: readonly number[]
  const bits: string
  export default bits
}
