import type { TestProject } from 'vitest/node'
import { findChromium } from '../../scripts/chromium'
import { findFirefox } from '../../scripts/firefox'
import { findVulkan } from '../../scripts/vulkan'

const NEEDS: Record<string, (() => unknown)[]> = {
  chromium: [findChromium],
  'chromium-no-subgroups': [findChromium],
  firefox: [findFirefox, findVulkan],
  deno: [findVulkan],
  pages: [findChromium],
  package: [findChromium, findVulkan],
}

/** Finds or installs what the tests of a project run in, before any of them starts. */
export default function setup({ name }: TestProject): void {
  for (const find of NEEDS[name]) find()
}
