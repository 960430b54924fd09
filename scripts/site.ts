/** Builds the site, documents and pages, into the folder `site`, or the one named. */
import { resolve } from 'node:path'
import { buildSite } from './site/build.ts'

const out = resolve(process.argv[2] ?? 'site')
await buildSite(out)
console.log(`The site is in ${out}; any host serves it as it is, such as \`npx vite preview --outDir ${out}\`.`)
