const library = require('gumbel-webgpu')

const { indices } = library.sampleSync([0, 1, 2, 3, 2, 1], { numClasses: 3, temperature: 0.8, seed: 42n })
console.log(JSON.stringify({ names: Object.keys(library), indices: [...indices] }))
