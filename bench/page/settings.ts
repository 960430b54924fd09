import {
  CASES,
  type Case,
  KJV_SHAPE,
  LOGITS_NAMES,
  OPERATIONS,
  OPERATION_NAMES,
  SHAPES,
  SWEEPS,
  TRAINING_SHAPE,
  shapeOf,
} from '../cases'
import { CONTENDER_NAMES, OWN } from '../contender'
import { byId, element } from './dom'

const nameOfShape = (shape: readonly [number, number]) => shape.join('x')
const SWEEP_NAMES = SWEEPS.map(nameOfShape)
/** One choice for all shapes that are only there for the plots. */
const SWEEP = 'shapes between, for the plots'
const FIRST_OPERATIONS = ['sample', 'gumbel-softmax']

export interface Settings {
  cases: Case[]
  contenders: string[]
  rounds: number
  checks: boolean
}

function choices(
  id: string,
  values: readonly string[],
  isChecked: (value: string) => boolean,
  label = (v: string) => v,
) {
  byId(id).append(
    ...values.map((value) => {
      const input = element('input', { type: 'checkbox', name: id, value, checked: isChecked(value) })
      return element('label', { className: 'choice' }, input, element('span', {}, label(value)))
    }),
  )
}

export function showSettings(): void {
  choices(
    'operations',
    OPERATION_NAMES,
    (name) => FIRST_OPERATIONS.includes(name),
    (name) => `${name}: ${OPERATIONS[name as keyof typeof OPERATIONS].about}`,
  )
  const ofShape = (name: string) =>
    name
      .split('x')
      .map((n) => Number(n).toLocaleString('en'))
      .join(' × ')
  choices(
    'shapes',
    [...[...SHAPES, KJV_SHAPE, TRAINING_SHAPE].map(nameOfShape), SWEEP],
    () => true,
    (name) => (name === SWEEP ? name : ofShape(name)),
  )
  choices(
    'logits',
    LOGITS_NAMES,
    () => true,
    (name) => (name === 'kjv' ? 'kjv: a model’s, the demo’s' : name),
  )
  choices('contenders', CONTENDER_NAMES, () => true)
  // Without it there is nothing to compare with.
  const own = document.querySelector<HTMLInputElement>(`input[name=contenders][value='${OWN}']`)
  if (own) own.disabled = true
}

export function readSettings(): Settings {
  const checked = (id: string) =>
    [...document.querySelectorAll<HTMLInputElement>(`input[name=${id}]:checked`)].map(({ value }) => value)
  const [operations, shapes, logits] = ['operations', 'shapes', 'logits'].map(checked)
  const wanted = shapes.flatMap((shape) => (shape === SWEEP ? SWEEP_NAMES : [shape]))
  return {
    cases: CASES.filter(
      (one) => operations.includes(one.operation) && wanted.includes(shapeOf(one)) && logits.includes(one.logits),
    ),
    contenders: checked('contenders'),
    rounds: byId<HTMLInputElement>('rounds').valueAsNumber,
    checks: byId<HTMLInputElement>('checks').checked,
  }
}
