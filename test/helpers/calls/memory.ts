/** Arrays that inputs may be. */
type Arrays = Float32Array | Int32Array | Uint32Array | BigUint64Array
type Copy = <T extends Arrays>(array: T) => T

interface Constructors {
  Float32Array: Float32ArrayConstructor
  Int32Array: Int32ArrayConstructor
  Uint32Array: Uint32ArrayConstructor
  BigUint64Array: BigUint64ArrayConstructor
}

/** Buffers that may grow, which the declarations of ES2023 do not have. */
type Growable<T> = new (length: number, options: { maxByteLength: number }) => T

/** Bytes before an array in the memory of WebAssembly. */
const BEFORE = 24

/** The constructors of another realm: an iframe's, or in Node and Deno a context's of node:vm. */
async function constructorsOfAnotherRealm(): Promise<Constructors> {
  if (typeof document !== 'undefined') {
    const frame = document.createElement('iframe')
    document.body.append(frame)
    return frame.contentWindow as unknown as Constructors
  }
  const name = 'node:vm'
  const vm = (await import(/* @vite-ignore */ name)) as typeof import('node:vm')
  return vm.runInNewContext('({ Float32Array, Int32Array, Uint32Array, BigUint64Array })') as Constructors
}

function constructorOf(array: Arrays, of: Constructors): new (...of: unknown[]) => Arrays {
  return of[Object.prototype.toString.call(array).slice(8, -1) as keyof Constructors] as never
}

/** Copies into an array of this realm over a buffer that `make` makes for so many bytes. */
function over(make: (bytes: number) => ArrayBufferLike, offset = 0, tracking = false): Copy {
  return (array) => {
    const type = constructorOf(array, globalThis)
    const buffer = make(offset + array.byteLength)
    const copy = tracking ? new type(buffer, offset) : new type(buffer, offset, array.length)
    copy.set(array as never)
    return copy as typeof array
  }
}

/** Whether the platform makes such a buffer here. */
function has(make: (bytes: number) => ArrayBufferLike): boolean {
  try {
    return make(8).byteLength >= 8
  } catch {
    return false
  }
}

const resizable = (bytes: number) =>
  new (ArrayBuffer as unknown as Growable<ArrayBuffer>)(bytes, { maxByteLength: 2 * bytes })
const shared = (bytes: number) => new SharedArrayBuffer(bytes)
const growable = (bytes: number) =>
  new (SharedArrayBuffer as unknown as Growable<SharedArrayBuffer>)(bytes, { maxByteLength: 2 * bytes })
const wasm = () => new WebAssembly.Memory({ initial: 1, maximum: 2 }).buffer
const sharedWasm = () => new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true }).buffer

/** How an array may lie in memory, by name: those that the platform has. */
export async function memoryKinds(): Promise<Record<string, Copy>> {
  const realm = await constructorsOfAnotherRealm()
  const kinds: Record<string, Copy> = {
    'another realm': (array) => new (constructorOf(array, realm))(array) as typeof array,
    'this realm over a buffer of another': (array) => {
      const { buffer } = new (constructorOf(array, realm))(array)
      return new (constructorOf(array, globalThis))(buffer) as typeof array
    },
  }
  const buffers: [name: string, make: (bytes: number) => ArrayBufferLike, copy: Copy][] = [
    ['a resizable buffer', resizable, over(resizable)],
    ['a resizable buffer whose length it tracks', resizable, over(resizable, 0, true)],
    ['a SharedArrayBuffer', shared, over(shared)],
    ['a growable SharedArrayBuffer', growable, over(growable)],
    ['WebAssembly.Memory', wasm, over(wasm, BEFORE)],
    ['shared WebAssembly.Memory', sharedWasm, over(sharedWasm, BEFORE)],
  ]
  for (const [name, make, copy] of buffers) if (has(make)) kinds[name] = copy
  return kinds
}
