"""What the program ends with, for whoever calls it from a script."""

DONE = 0
SOME_FAILED = 1
WRONG_USAGE = 2
BUDGET_REACHED = 3
KEY_REFUSED = 4
INTERRUPTED = 130
