import { casesOf } from '../helpers/fuzz/cases'
import { gpuFuzz } from '../helpers/fuzz/gpu'
import { regimes } from '../helpers/fuzz/regimes'
import { RELATIONS, changesOf } from '../helpers/fuzz/relations'

// Of short rows in short runs: a change of shape would take other kernels each time.
for (const [name, relation] of Object.entries(RELATIONS))
  gpuFuzz(name, 60, changesOf(casesOf(regimes('oneGroupAnywhere'))), (gpu, change) =>
    relation(gpu.samplerOf(change.each.regime.variant), change),
  )
