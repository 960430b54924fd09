// OUTPUT_ bits: an override, so that what is not wanted costs short rows nothing.

override OUTPUTS: u32 = 0u;
const OUTPUT_INDICES = 16u;
const OUTPUT_LOG_PROBS = 1u;
const OUTPUT_SCORES = 2u;
const OUTPUT_STATUSES = 4u;
const OUTPUT_STATUS_IN_INDEX = 8u; // an index that would be -1 is minus the status
const OUTPUT_GRAD_TAU = 32u;
const OUTPUT_GRAD_TEMPERATURE = 64u;
