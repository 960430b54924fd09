/** An object with the same properties, made in a way of its own. */
export type Form = <T extends object>(plain: T) => T

/** Instances whose getters stand in the class, read from state that only the instance itself has, as private fields are. */
function withGetters<T extends object>(plain: T): T {
  const state = new WeakMap<object, T>()
  const prototype = {}
  for (const key of Object.keys(plain) as (keyof T & string)[])
    Object.defineProperty(prototype, key, {
      get(this: object) {
        const own = state.get(this)
        if (!own) throw new TypeError(`${key} is read of another object`)
        return own[key]
      },
    })
  const instance = Object.create(prototype) as T
  state.set(instance, plain)
  return instance
}

/** The first of the properties are the object's own, the others are its prototype's. */
function halfInherited<T extends object>(plain: T): T {
  const entries = Object.entries(plain)
  const own = Math.min(2, entries.length - 1)
  return Object.assign(Object.create(Object.fromEntries(entries.slice(own))), Object.fromEntries(entries.slice(0, own)))
}

/** Objects that options and views may be, none of which keeps all of its properties when it is spread. */
export const FORMS: Record<string, Form> = {
  'half of it inherited': halfInherited,
  'all of it inherited': (plain) => Object.create(plain),
  'getters of a class': withGetters,
}
