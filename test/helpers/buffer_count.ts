/** Buffers that were made on a device and not destroyed since. */
export interface BufferCount {
  readonly buffers: number
  readonly bytes: number
}

/** Counts the buffers of a device from here on, whoever makes them. */
export function countBuffers(device: GPUDevice): BufferCount {
  const count = { buffers: 0, bytes: 0 }
  const createBuffer = device.createBuffer.bind(device)
  device.createBuffer = (descriptor) => {
    const buffer = createBuffer(descriptor)
    const destroy = buffer.destroy.bind(buffer)
    let live = true
    count.buffers++
    count.bytes += buffer.size
    buffer.destroy = () => {
      destroy()
      if (!live) return
      live = false
      count.buffers--
      count.bytes -= buffer.size
    }
    return buffer
  }
  return count
}
