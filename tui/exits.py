"""What the program ends with, for whoever calls it from a script; 3 is kept for a budget that is reached."""

DONE = 0
SOME_FAILED = 1
WRONG_USAGE = 2
KEY_REFUSED = 4
INTERRUPTED = 130
