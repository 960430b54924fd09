import { existsSync, readdirSync } from 'node:fs'
import { installFromDebian } from './executable.ts'

/** Mesa's drivers, among them lavapipe for machines without a GPU. */
const PACKAGE = 'mesa-vulkan-drivers'
const FOLDERS = ['/etc/vulkan/icd.d', '/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d']

/** Installs a Vulkan driver where there is none: Firefox and Deno bring none of their own, as Chromium does. */
export function findVulkan(): void {
  if (process.platform !== 'linux' || process.env.VK_DRIVER_FILES || process.env.VK_ICD_FILENAMES) return
  if (hasDriver()) return
  try {
    installFromDebian(PACKAGE)
  } catch {
    // What went wrong is on stderr already.
  }
  if (!hasDriver())
    console.error(
      `no Vulkan driver was found; where Firefox and Deno have no adapter, install one (such as \`apt-get install ${PACKAGE}\`)`,
    )
}

function hasDriver(): boolean {
  return FOLDERS.some((folder) => existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.json')))
}
