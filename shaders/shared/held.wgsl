// Says how much of a row a lane holds.

override FOURS: u32 = 8u;   // vectors of four classes, to 8; odd only where LANES is 1

// Whether a lane's group of eight classes may reach into its last four.
fn is_whole(i: u32) -> bool {
  return i * 2u + 1u < FOURS;
}
