/** Kernels that are compiled before they are used. */

import type { Described } from '../prepare'
import type { Context } from './context'
import { compiled } from './pipelines'
import { recordingPlan } from './record'
import { kernelsOf } from './run'

/**
 * Compiles what calls will use, side by side.
 * @throws RangeError naming what does not fit this device; DeviceError
 */
export async function prepareKernels(context: Context, calls: readonly Described[]): Promise<void> {
  const kernels = calls.flatMap(({ call, recording }) =>
    call ? kernelsOf(context, call) : recordingPlan(context, recording).dispatches.map(({ kernel }) => kernel),
  )
  await context.guarded(() => Promise.all(kernels.map((kernel) => compiled(context.device, kernel))))
}
