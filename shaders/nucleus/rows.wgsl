// Holds how far the draws of rows have come that top-p narrows, or min-p, and no top-k. Each draws a class by the scores of all that may be
// kept, adds up the mass before it, and draws again among the classes before it where that is too much. begin.wgsl sets out, draw.wgsl and
// test.wgsl take turns, and settled.wgsl ends. The host counts the bytes: src/operations/sample/plan_nucleus.ts.

const LEFT = 0u;     // choose.wgsl has to find what the row keeps
const DECIDED = 1u;  // this class is the row's draw
const BEGUN = 2u;    // classes up to this one may be kept
const FIRST = 3u;    // drawn among them, and no mass is known
const SPARSE = 4u;   // the same among the classes of few blocks, whose masses the draw adds up; what is kept may reach farther
const DRAWN = 5u;    // the same, and the mass of all is known
const NEAR = 6u;     // this class won, and masses have to be added up without leaving any out

struct Stage {
  state: u32,
  key: u32,      // of the class's logit
  column: u32,
  skipped: f32,  // the most mass that is left out of the sums
}

// What a turn leaves for the next one. Each writes its own, as the workgroups of a row read the other.
struct Row {
  top: u32,          // the key of the row's largest logit, or why it has no distribution
  line: u32,         // blocks whose largest keys are below hold nothing that top-p keeps
  sparse_line: u32,  // few blocks reach this one, and may hold all of it; 0 where there is no such line
  wide: Stage,       // how to begin by the first line
  drawn: Stage,
  tested: Stage,
}

@group(0) @binding(90) var<storage, read_write> nucleus_rows: array<Row>;
