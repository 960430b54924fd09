// Says whether the gradient of tau or of the temperature is wanted.

override SCALES: bool = false;
