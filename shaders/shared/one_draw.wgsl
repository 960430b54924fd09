// Whether each row has one draw, which takes no division and no loop.

override ONE_DRAW: bool = false;
