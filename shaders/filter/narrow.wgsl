// Finds where the classes of a row end that are too many to be listed: by histograms of their keys, each over a 256th of the keys of the
// one before. All lanes of the workgroup call, in uniform control flow.

import package::filter::blocks::{BLOCK_FOURS, blocks_of_row};
import package::filter::end::{End, are_kept, earlier_of, is_kept};
import package::filter::keys::{keys_of_bits, logits_of_keys};
import package::filter::memory::{BINS, sh_counts, sh_high, sh_low};
import package::filter::tops_out::tops;
import package::shared::lanes::WORKGROUP;
import package::shared::logits::{Base, load_four};
import package::shared::mass::{MassScale, Masses, masses_of, share_of};
import package::shared::score::{KEY_LOWEST, KEY_NONE};
import package::shared::u64::{add64, at_least_one, less64, times64};

const RUN = 16u; // neighbouring bins that a lane adds up

var<workgroup> sh_runs: array<vec2<u32>, 16>;     // what runs of bins weigh
var<workgroup> sh_bin: Bin;
var<workgroup> sh_wanted: u32;
var<workgroup> sh_column: u32;
var<workgroup> sh_sum_low: atomic<u32>;
var<workgroup> sh_sum_high: atomic<u32>;
var<workgroup> sh_sum: vec2<u32>;
var<workgroup> sh_lowest: atomic<u32>;
var<workgroup> sh_last_column: atomic<u32>;
var<workgroup> sh_number: atomic<u32>;
var<workgroup> sh_last: Last;

// The bin in which a limit is reached.
struct Bin {
  number: u32,         // BINS where it never is
  count: u32,          // of its classes
  before: vec2<u32>,   // what those of larger keys weigh
  limit: vec2<u32>,
}

// How far classes are kept of those up to an end: `top_k` of them or, where BY_MASS, those before which there is less than `top_p` of their
// mass. No class has a key above `top`, and those below `lowest` are not kept.
fn end_of_part(row: u32, base: Base, all: End, by_mass: bool, top_k: u32, top_p: f32, scale: MassScale, lowest: u32, top: u32, lane: u32) -> End {
  var low = lowest;
  var high = top;
  var bin = Bin(0u, 0u, vec2<u32>(), vec2<u32>(top_k, 0u));
  // A key has 32 bits, a histogram tells eight of them.
  for (var turn = 0u; turn < 4u; turn++) {
    let shift = max(32u - countLeadingZeros(high - low), 8u) - 8u;
    fill_bins(row, base, all, low, high, shift, by_mass, scale, lane);
    if (lane == 0u) {
      if (by_mass && turn == 0u) {
        bin.limit = at_least_one(share_of(top_p, weight_of_runs()));
      }
      sh_bin = bin_of_limit(bin.before, bin.limit);
    }
    bin = workgroupUniformLoad(&sh_bin);
    if (bin.number == BINS) {
      return all;
    }
    low += bin.number << shift;
    high = min(high, low + ((1u << shift) - 1u));
    if (low == high) {
      break;
    }
  }
  // One key is left, of which each class weighs alike.
  if (lane == 0u) {
    sh_wanted = wanted_of_equals(bin, by_mass, low, scale);
  }
  let wanted = workgroupUniformLoad(&sh_wanted);
  if (wanted >= bin.count) {
    return earlier_of(all, End(low, 0xffffffffu));
  }
  return End(low, column_of_equal(row, base, all, low, wanted, lane));
}

// Counts and weighs the classes up to an end with keys from `low` to `high`, each in the bin of its key, and adds up runs of bins.
fn fill_bins(row: u32, base: Base, all: End, low: u32, high: u32, shift: u32, by_mass: bool, scale: MassScale, lane: u32) {
  for (var i = lane; i < BINS; i += WORKGROUP) {
    atomicStore(&sh_counts[i], 0u);
    atomicStore(&sh_low[i], 0u);
    atomicStore(&sh_high[i], 0u);
  }
  workgroupBarrier();
  let blocks = blocks_of_row();
  for (var block = lane; block < blocks; block += WORKGROUP) {
    let block_top = tops[row * blocks + block];
    if (block_top < low || !is_kept(block_top, 64u * block, all)) {
      continue;
    }
    for (var i = 0u; i < BLOCK_FOURS; i++) {
      let column = 4u * (block * BLOCK_FOURS + i);
      let keys = keys_of_bits(load_four(base, column));
      let inside = (keys >= vec4<u32>(low)) & (keys <= vec4<u32>(high)) & are_kept(keys, column, all);
      if (!any(inside)) {
        continue;
      }
      var masses = Masses(vec4<u32>(1u), vec4<u32>());
      if (by_mass) {
        masses = masses_of(logits_of_keys(max(keys, vec4<u32>(KEY_LOWEST))), scale);
      }
      for (var j = 0u; j < 4u; j++) {
        if (inside[j]) {
          add_to_bin((keys[j] - low) >> shift, masses.low[j], masses.high[j]);
        }
      }
    }
  }
  workgroupBarrier();
  for (var run = lane; run < BINS / RUN; run += WORKGROUP) {
    var sum = vec2<u32>();
    for (var i = run * RUN; i < (run + 1u) * RUN; i++) {
      sum = add64(sum, weight_of(i));
    }
    sh_runs[run] = sum;
  }
  workgroupBarrier();
}

fn add_to_bin(bin: u32, low: u32, high: u32) {
  atomicAdd(&sh_counts[bin], 1u);
  let before = atomicAdd(&sh_low[bin], low);
  let more = high + select(0u, 1u, before + low < before);
  if (more > 0u) {
    atomicAdd(&sh_high[bin], more);
  }
}

fn weight_of(bin: u32) -> vec2<u32> {
  return vec2<u32>(atomicLoad(&sh_low[bin]), atomicLoad(&sh_high[bin]));
}

fn weight_of_runs() -> vec2<u32> {
  var sum = vec2<u32>();
  for (var run = 0u; run < BINS / RUN; run++) {
    sum = add64(sum, sh_runs[run]);
  }
  return sum;
}

// The bin, from the largest keys on, with which `limit` is reached.
fn bin_of_limit(already: vec2<u32>, limit: vec2<u32>) -> Bin {
  var before = already;
  var run = BINS / RUN;
  var next = before;
  while (run > 0u && less64(next, limit)) {
    before = next;
    run--;
    next = add64(before, sh_runs[run]);
  }
  if (less64(next, limit)) {
    return Bin(BINS, 0u, before, limit);
  }
  var bin = (run + 1u) * RUN;
  next = before;
  while (less64(next, limit)) {
    before = next;
    bin--;
    next = add64(before, weight_of(bin));
  }
  return Bin(bin, atomicLoad(&sh_counts[bin]), before, limit);
}

// How many classes of one key, of which each weighs the same, have less than the limit before them.
fn wanted_of_equals(bin: Bin, by_mass: bool, key: u32, scale: MassScale) -> u32 {
  var one = vec2<u32>(1u, 0u);
  if (by_mass) {
    let masses = masses_of(logits_of_keys(vec4<u32>(key)), scale);
    one = vec2<u32>(masses.low.x, masses.high.x);
  }
  var wanted = 0u;
  for (var digit = 1u << 21u; digit > 0u; digit /= 2u) {
    if (less64(add64(bin.before, times64(one, wanted + digit - 1u)), bin.limit)) {
      wanted += digit;
    }
  }
  return wanted;
}

// The column of the n-th class of a key, n from 1 to their number up to an end. Each lane has a run of neighbouring blocks.
fn column_of_equal(row: u32, base: Base, all: End, key: u32, n: u32, lane: u32) -> u32 {
  let blocks = blocks_of_row();
  let run = (blocks + WORKGROUP - 1u) / WORKGROUP;
  // Classes are counted, and after that the lane that has the n-th finds it.
  var left = 0xffffffffu;
  for (var turn = 0u; turn < 2u; turn++) {
    var found = 0u;
    for (var block = lane * run; block < min((lane + 1u) * run, blocks) && found < left; block++) {
      let block_top = tops[row * blocks + block];
      if (block_top < key || !is_kept(block_top, 64u * block, all)) {
        continue;
      }
      for (var i = 0u; i < BLOCK_FOURS; i++) {
        let column = 4u * (block * BLOCK_FOURS + i);
        let equal = select(vec4<u32>(), vec4<u32>(1u), keys_of_bits(load_four(base, column)) == vec4<u32>(key));
        let sums = vec4<u32>(found) + vec4<u32>(equal.x, equal.x + equal.y, equal.x + equal.y + equal.z, equal.x + equal.y + equal.z + equal.w);
        if (turn == 1u && found < left && sums.w >= left) {
          let places = select(vec4<u32>(0xffffffffu), vec4<u32>(column) + vec4<u32>(0u, 1u, 2u, 3u), sums >= vec4<u32>(left));
          sh_column = min(min(places.x, places.y), min(places.z, places.w));
        }
        found = sums.w;
      }
    }
    if (turn == 0u) {
      atomicStore(&sh_counts[lane], found);
    }
    workgroupBarrier();
    var earlier = 0u;
    for (var i = 0u; i < lane; i++) {
      earlier += atomicLoad(&sh_counts[i]);
    }
    // 0 where the n-th is another lane's.
    left = select(0u, n - earlier, earlier < n && n <= earlier + atomicLoad(&sh_counts[lane]));
  }
  return workgroupUniformLoad(&sh_column);
}

// The mass of all classes up to an end.
fn mass_of_row(row: u32, base: Base, end: End, scale: MassScale, lane: u32) -> vec2<u32> {
  let blocks = blocks_of_row();
  // Low words are summed with their carries, four classes apart.
  var low = vec4<u32>();
  var high = vec4<u32>();
  for (var block = lane; block < blocks; block += WORKGROUP) {
    if (!is_kept(tops[row * blocks + block], 64u * block, end)) {
      continue;
    }
    for (var i = 0u; i < BLOCK_FOURS; i++) {
      let keys = keys_of_bits(load_four(base, 4u * (block * BLOCK_FOURS + i)));
      let masses = masses_of(logits_of_keys(max(keys, vec4<u32>(KEY_LOWEST))), scale);
      let kept = keys >= vec4<u32>(end.key);
      let more = select(vec4<u32>(), masses.low, kept);
      low += more;
      high += select(vec4<u32>(), masses.high, kept) + select(vec4<u32>(), vec4<u32>(1u), low < more);
    }
  }
  let a = add64(vec2<u32>(low.x, high.x), vec2<u32>(low.y, high.y));
  let b = add64(vec2<u32>(low.z, high.z), vec2<u32>(low.w, high.w));
  let mine = add64(a, b);
  if (lane == 0u) {
    atomicStore(&sh_sum_low, 0u);
    atomicStore(&sh_sum_high, 0u);
  }
  workgroupBarrier();
  let before = atomicAdd(&sh_sum_low, mine.x);
  atomicAdd(&sh_sum_high, mine.y + select(0u, 1u, before + mine.x < before));
  workgroupBarrier();
  if (lane == 0u) {
    sh_sum = vec2<u32>(atomicLoad(&sh_sum_low), atomicLoad(&sh_sum_high));
  }
  return workgroupUniformLoad(&sh_sum);
}

// The last class up to an end, and how many there are.
struct Last {
  end: End,
  count: u32,
}

fn last_of(row: u32, base: Base, end: End, lane: u32) -> Last {
  let blocks = blocks_of_row();
  var last = Last(End(0xffffffffu, 0u), 0u);
  for (var block = lane; block < blocks; block += WORKGROUP) {
    if (!is_kept(tops[row * blocks + block], 64u * block, end)) {
      continue;
    }
    for (var i = 0u; i < BLOCK_FOURS; i++) {
      let first = 4u * (block * BLOCK_FOURS + i);
      let keys = keys_of_bits(load_four(base, first));
      let kept = are_kept(keys, first, end) & (keys != vec4<u32>(KEY_NONE));
      let ones = select(vec4<u32>(), vec4<u32>(1u), kept);
      last.count += ones.x + ones.y + ones.z + ones.w;
      let low = select(vec4<u32>(0xffffffffu), keys, kept);
      let lowest = min(min(low.x, low.y), min(low.z, low.w));
      if (any(kept) && lowest <= last.end.key) {
        let places = select(vec4<u32>(), vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u), low == vec4<u32>(lowest));
        last.end = End(lowest, max(max(places.x, places.y), max(places.z, places.w)));
      }
    }
  }
  if (lane == 0u) {
    atomicStore(&sh_lowest, 0xffffffffu);
    atomicStore(&sh_last_column, 0u);
    atomicStore(&sh_number, 0u);
  }
  workgroupBarrier();
  atomicMin(&sh_lowest, last.end.key);
  atomicAdd(&sh_number, last.count);
  workgroupBarrier();
  if (last.end.key == atomicLoad(&sh_lowest)) {
    atomicMax(&sh_last_column, last.end.column);
  }
  workgroupBarrier();
  if (lane == 0u) {
    sh_last = Last(End(atomicLoad(&sh_lowest), atomicLoad(&sh_last_column)), atomicLoad(&sh_number));
  }
  return workgroupUniformLoad(&sh_last);
}
