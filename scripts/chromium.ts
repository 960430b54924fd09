import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { chromium } from 'playwright'
import { installFromDebian, isExecutable, onPath } from './executable.ts'

/** Flags that any headless run needs, none of them about WebGPU. */
export const BASE_FLAGS: readonly string[] = [
  '--no-sandbox', // Chromium refuses to run as root, as in a container, with one.
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-sync',
  '--no-first-run',
  '--no-pings',
]

/** Headless Chromium on Linux leaves the GPU alone unless told how to reach it. */
const GPU_FLAGS = process.platform === 'linux' ? ['--enable-features=Vulkan', '--use-angle=vulkan'] : []

const SYSTEM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/**
 * The path of a Chromium for scripts and tests: the environment variable CHROMIUM, else one on the PATH, else
 * Playwright's; where there is none, one is installed.
 * @throws Error that says how to get one
 */
export function findChromium(): string {
  const named = process.env.CHROMIUM
  if (named) {
    if (!isExecutable(named)) throw new Error(`CHROMIUM is '${named}'; it must be the path of a Chromium executable`)
    return named
  }
  const found = installedChromium()
  if (found) return found

  for (const install of [() => installFromDebian('chromium'), installFromPlaywright]) {
    try {
      install()
    } catch {
      continue // What went wrong is on stderr already; the next way may do.
    }
    const installed = installedChromium()
    if (installed) return installed
  }
  throw new Error(
    'no Chromium was found and none could be installed; ' +
      'install one (such as `apt-get install chromium`), or set CHROMIUM to the path of one',
  )
}

/**
 * Flags that give a headless Chromium a WebGPU adapter: the machine's GPU, or SwiftShader where there is none.
 * The environment variable WEBGPU_ADAPTER ('default', 'swiftshader', …) overrides the choice.
 */
export function chromiumFlags(): string[] {
  const adapter = adapterName()
  const ofAdapter = adapter === 'default' ? GPU_FLAGS : [`--use-webgpu-adapter=${adapter}`]
  return ['--enable-unsafe-webgpu', ...ofAdapter, ...BASE_FLAGS]
}

/**
 * The same for what is not measured: SwiftShader compiles a store for each word of workgroup memory that Vulkan is to set to zero, and
 * here it gets a loop in its place. Pages that draw start in two thirds of the time.
 */
export function quickChromiumFlags(): string[] {
  const loop = '--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension'
  return [...chromiumFlags(), ...(adapterName() === 'swiftshader' ? [loop] : [])]
}

function adapterName(): string {
  return process.env.WEBGPU_ADAPTER || (hasGpu() ? 'default' : 'swiftshader')
}

function installedChromium(): string | undefined {
  return onPath(SYSTEM_NAMES) ?? [chromium.executablePath()].find(isExecutable)
}

function hasGpu(): boolean {
  if (process.platform !== 'linux') return true
  const dri = existsSync('/dev/dri') ? readdirSync('/dev/dri') : []
  return dri.some((name) => name.startsWith('renderD')) || readdirSync('/dev').some((name) => /^nvidia\d/.test(name))
}

/** What the installer prints goes to stderr: stdout is for a script's own results. */
function installFromPlaywright(): void {
  execFileSync('npx', ['playwright', 'install', '--no-shell', 'chromium'], { stdio: ['ignore', 2, 2] })
}
