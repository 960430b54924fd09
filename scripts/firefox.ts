import { installFromDebian, isExecutable, onPath } from './executable.ts'

const SYSTEM_NAMES = ['firefox-esr', 'firefox']
/** Firefox itself, and a Vulkan driver for machines without a GPU. */
const PACKAGES = ['firefox-esr', 'mesa-vulkan-drivers']

/** Preferences that give Firefox WebGPU on any adapter, a software one too. */
export const FIREFOX_PREFERENCES = { 'dom.webgpu.enabled': true, 'gfx.webgpu.ignore-blocklist': true }

/**
 * The path of a Firefox for scripts: the environment variable FIREFOX, else one on the PATH; where there is none, one
 * is installed.
 * @throws Error that says how to get one
 */
export function findFirefox(): string {
  const named = process.env.FIREFOX
  if (named) {
    if (!isExecutable(named)) throw new Error(`FIREFOX is '${named}'; it must be the path of a Firefox executable`)
    return named
  }
  const found = onPath(SYSTEM_NAMES)
  if (found) return found

  try {
    installFromDebian(...PACKAGES)
  } catch {
    // What went wrong is on stderr already.
  }
  const installed = onPath(SYSTEM_NAMES)
  if (installed) return installed
  throw new Error(
    'no Firefox was found and none could be installed; ' +
      `install one (such as \`apt-get install ${PACKAGES.join(' ')}\`), or set FIREFOX to the path of one`,
  )
}
