// Workgroup memory that bins and sorted lists have one after the other, with a barrier between. SwiftShader compiles a store for each word
// of workgroup memory, which takes it half a millisecond or more.

const BINS = 256u;

var<workgroup> sh_counts: array<atomic<u32>, 256>;  // of bins, of buckets, or of lanes
var<workgroup> sh_low: array<atomic<u32>, 512>;     // what bins or classes of the list weigh, low words, or keys in buckets
var<workgroup> sh_high: array<atomic<u32>, 512>;    // high words, columns, or blocks
