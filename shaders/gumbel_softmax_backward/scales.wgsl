// Whether gradients of tau or of the temperature are wanted.

override SCALES: bool = false;
