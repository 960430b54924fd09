/** What the pages and the tests use of jstat, which brings no types. */
declare module 'jstat' {
  interface Jstat {
    chisquare: { cdf(statistic: number, degrees: number): number; inv(probability: number, degrees: number): number }
    poisson: { cdf(count: number, mean: number): number }
    normal: { cdf(x: number, mean: number, deviation: number): number }
  }
  const module: { jStat: Jstat }
  export default module
}
