// Says why a row has no distribution, or no gradient. Kept in step with src/errors.ts.

import package::shared::score::{KEY_GRAD_SAMPLES, KEY_MISSING, KEY_NAN, KEY_NONE, KEY_POSITIVE_INFINITY, KEY_SAMPLES_NAN, KEY_SAMPLES_OUTSIDE, KEY_SETTINGS};

const STATUS_OK = 0u;
const STATUS_NAN = 1u;
const STATUS_POSITIVE_INFINITY = 2u;
const STATUS_ALL_MASKED = 3u;
const STATUS_GIVEN_MASKED = 4u; // a class that was given is masked or out of range
const STATUS_GRAD_SAMPLES = 5u; // of one of its draws, as the two below
const STATUS_SAMPLES_OUTSIDE = 6u;
const STATUS_SAMPLES_NAN = 7u;
const STATUS_SETTINGS = 9u; // a temperature or tau that was read from a buffer is out of range; 8 is the host's
const STATUS_BIAS = 10u; // bias, penalties or bitmask took the row's last class
const STATUS_PENALTIES = 11u;
const STATUS_BITMASK = 12u;
const STATUS_MISSING = 13u; // of draws alone, in rows that have a distribution

fn status_of(key: u32) -> u32 {
  switch (key) {
    case KEY_NONE: { return STATUS_ALL_MASKED; }
    case KEY_POSITIVE_INFINITY: { return STATUS_POSITIVE_INFINITY; }
    case KEY_NAN: { return STATUS_NAN; }
    case KEY_GRAD_SAMPLES: { return STATUS_GRAD_SAMPLES; }
    case KEY_SAMPLES_OUTSIDE: { return STATUS_SAMPLES_OUTSIDE; }
    case KEY_SAMPLES_NAN: { return STATUS_SAMPLES_NAN; }
    case KEY_SETTINGS: { return STATUS_SETTINGS; }
    case KEY_MISSING: { return STATUS_MISSING; }
    default: { return STATUS_OK; }
  }
}
