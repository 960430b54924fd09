/** Has devices made without subgroups, for which Chromium has no switch. */
const { requestDevice } = GPUAdapter.prototype
GPUAdapter.prototype.requestDevice = function (descriptor = {}) {
  const requiredFeatures = [...(descriptor.requiredFeatures ?? [])].filter((feature) => feature !== 'subgroups')
  return requestDevice.call(this, { ...descriptor, requiredFeatures })
}
