/** Typed arrays of every realm (frames, `node:vm`, test runners) and of every kind of memory. */

const tag = /* @__PURE__ */ getterOfTag()

function getterOfTag(): (this: unknown) => string | undefined {
  return Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)!.get!
}

/** The name of a typed array's type, such as 'Float32Array'; undefined for all else. `instanceof` knows one realm alone. */
export function tagOf(value: unknown): string | undefined {
  return tag.call(value)
}

/** Whether a value is an array of numbers of any kind. */
export function isArray(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || tagOf(value) !== undefined
}

/** `begin` to before `end` of an array as platform calls take it: of memory that cannot grow, else in a copy. */
export function fixed<T extends Float32Array | Int32Array | Uint32Array>(array: T, begin: number, end: number): T {
  const part = array.subarray(begin, end) as T
  const { resizable, growable } = array.buffer as { resizable?: boolean; growable?: boolean }
  return resizable || growable ? (part.slice() as T) : part
}
