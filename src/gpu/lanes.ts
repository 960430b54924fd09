/** How many lanes and workgroups share a row. */

import type { Request } from '../operation'
import type { Work } from './plan'

export const WORKGROUP_LANES = 64

/** Groups of eight classes that a lane should have, so that its noise bound warms up. */
export const GROUPS_A_LANE = 8
/**
 * Groups that a lane may have at most: llvmpipe ends all loops of an invocation, without a word, after 65,535 turns in all, and a
 * group takes up to some twenty.
 */
export const MOST_GROUPS_A_LANE = 2048
/** Groups that a part of a row should have at least. */
const GROUPS_A_PART = 256
/** Workgroups that keep a large GPU, or a software adapter, busy; with fewer rows, rows get more lanes, or are split. */
const ENOUGH_WORKGROUPS = { wide: 1024, narrow: 4 }
/** Lanes that share a row where there are rows enough: on software adapters none waits for others at barriers. */
const MOST_LANES = { wide: 64, narrow: 1 }

/** Lanes that run as one on software adapters: SwiftShader's four, llvmpipe's eight where the processor has AVX. */
export const LEAST_WORKGROUP = 8

export function widthOf({ limits }: Work): 'wide' | 'narrow' {
  return limits.wide ? 'wide' : 'narrow'
}

export function enoughWorkgroups(work: Work): number {
  return ENOUGH_WORKGROUPS[widthOf(work)]
}

export function groupsOf({ numClasses }: Pick<Request, 'numClasses'>): number {
  return Math.ceil(numClasses / 8)
}

/** Lanes that have enough groups each, or more where there are too few rows to keep the device busy. */
export function lanesOf(work: Work, groupsALane = GROUPS_A_LANE): number {
  const { limits, request } = work
  if (limits.lanes) return limits.lanes
  const groups = groupsOf(request)
  const most = MOST_LANES[widthOf(work)]
  const draws = request.batchSize * request.numSamples
  // Small workgroups of lanes alone keep a software adapter as busy, and what has no barrier compiles in half the time.
  const alone = !limits.wide && draws >= enoughWorkgroups(work) * LEAST_WORKGROUP && groups <= MOST_GROUPS_A_LANE
  const busy = alone ? 1 : (enoughWorkgroups(work) * WORKGROUP_LANES) / draws
  let lanes = 1
  const wanted = () =>
    (lanes < most && groups > lanes * groupsALane) || lanes < busy || groups > lanes * MOST_GROUPS_A_LANE
  while (lanes < WORKGROUP_LANES && groups > lanes && wanted()) lanes *= 2
  return lanes
}

/** Lanes of a workgroup where so many share each of so many tasks: fewer than 64 where there would be too few workgroups of lanes alone. */
export function workgroupOf(work: Work, lanes: number, tasks: number): number {
  if (work.limits.wide || lanes > 1) return WORKGROUP_LANES
  let size = WORKGROUP_LANES
  while (size > LEAST_WORKGROUP && tasks < enoughWorkgroups(work) * size) size /= 2
  return size
}

/** Workgroups that share a row, where there are few rows and they are long. */
export function partsOf(work: Work, classes = work.request.numClasses): number {
  if (work.limits.lanes) return 1
  const groups = Math.ceil(classes / 8)
  const draws = work.request.batchSize * work.request.numSamples
  const busy = Math.floor(Math.min(enoughWorkgroups(work) / draws, groups / GROUPS_A_PART))
  return Math.max(busy, Math.ceil(groups / WORKGROUP_LANES / MOST_GROUPS_A_LANE))
}

/** Classes of a row up to which a lane alone is faster with a guess at all noise than with bounds of it: see contest.wgsl. */
export const SHORT_CLASSES = 128

/** Whether a lane draws each row without scores or remainders, which take all of the winner's word. */
export function isShort({ views, request }: Work, lanes: number): boolean {
  return lanes === 1 && request.numClasses <= SHORT_CLASSES && !views.scores && !views.remainders
}
