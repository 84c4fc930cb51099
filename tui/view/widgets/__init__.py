"""Each widget shows what it is given and reports what happened to it."""
