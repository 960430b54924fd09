import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'

/** The path of Deno's own executable, from the npm package. */
export function findDeno(): string {
  // The package's bin is a script that starts this; it would stand between Deno and the pipes to it.
  const { runInstall } = createRequire(import.meta.url)('deno/install_api.cjs') as { runInstall(): string }
  return runInstall()
}

/** Arguments of `deno run`, before the module. */
export const DENO_FLAGS: readonly string[] = ['--allow-all', '--unstable-webgpu']

/** Without a folder of this name Mesa's drivers do not start. */
export const DENO_ENV = { XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? tmpdir() }
