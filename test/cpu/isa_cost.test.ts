import { expect, test } from 'vitest'
import { parse } from '../../scripts/isa/code'
import { balanceOf, timeOf } from '../../scripts/isa/gpus'

const OUTPUT = `
                    NAVI21   GFX1100
VGPRs                   72        84
Spilled VGPRs            0         3

NAVI21                    mul32  trans  valu64  fp64  valu  salu  smem  lds  vmem  branch  other  VALU cyc  slow cyc
program, each block once      7      1      10     0   860   161    10   11     7      23     21       909        52
loop BB17..BB77               0      0       0     0   780    89     2    4     3      12      8       780         0
  least way round             0      0       0     0    26    22     1    1     2       4      5        26         0
  loop BB37..BB66             0      9       0     0     8    22     1    1     1       6      2        17        36
    least way round           0      0       0     0   323    16     1    0     0       5      2       323         0
BB17 -> BB78 BB20             0      0       0     0     0     1     0    0     0       1      0         0         0
BB29 -> BB67 BB30             0      0       0     0   229    25     0    0     0       1      0       229         0

GFX1100                   mul32  trans  valu64  fp64  valu  salu  smem  lds  vmem  branch  other  VALU cyc  slow cyc
program, each block once      7      1      10     0   941   161    10   11     7      23     28       990        52
loop BB17..BB77               0      0       0     0   861    89     2    4     3      12     12       861         0
`

test('reads what isa-cost prints', () => {
  const codes = parse(OUTPUT)
  expect([...codes.keys()]).toEqual(['NAVI21', 'GFX1100'])
  const { registers, spills, program, loops, blocks } = codes.get('NAVI21')!
  expect([registers, spills, program]).toEqual([72, 0, { cycles: 909, memory: 7 }])
  expect(loops).toEqual([
    { first: 17, last: 77, depth: 0, all: { cycles: 780, memory: 3 }, least: { cycles: 26, memory: 2 } },
    { first: 37, last: 66, depth: 1, all: { cycles: 36, memory: 1 }, least: { cycles: 323, memory: 0 } },
  ])
  expect(blocks.get(29)?.cycles).toBe(229)
  const other = codes.get('GFX1100')!
  expect([other.registers, other.spills, other.program.cycles, other.loops[0].least.cycles]).toEqual([84, 3, 990, 861])
})

test('the longer of memory and arithmetic sets the time', () => {
  const gpu = { name: '', family: 'NAVI21', lanes: 100, ghz: 2, gbPerSecond: 400 } as const
  expect(balanceOf(gpu, 4)).toBeCloseTo(2)
  expect(timeOf(gpu, 1, 4)).toEqual({ ns: 0.01, limit: 'memory' })
  expect(timeOf(gpu, 4, 4)).toEqual({ ns: 0.02, limit: 'arithmetic' })
})
