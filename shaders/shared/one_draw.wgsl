// Says whether each row has one draw, in this dispatch and in all, so that kernels need no division and no loop.

override ONE_DRAW: bool = false;
