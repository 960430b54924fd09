// Says why a row has no distribution. Kept in step with src/errors.ts.

import package::shared::score::{KEY_NAN, KEY_NONE, KEY_POSITIVE_INFINITY};

const STATUS_OK = 0u;
const STATUS_NAN = 1u;
const STATUS_POSITIVE_INFINITY = 2u;
const STATUS_ALL_MASKED = 3u;
const STATUS_GIVEN_MASKED = 4u; // a class that was given is masked or out of range

fn status_of(key: u32) -> u32 {
  switch (key) {
    case KEY_NONE: { return STATUS_ALL_MASKED; }
    case KEY_POSITIVE_INFINITY: { return STATUS_POSITIVE_INFINITY; }
    case KEY_NAN: { return STATUS_NAN; }
    default: { return STATUS_OK; }
  }
}
