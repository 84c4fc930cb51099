"""Microsoft's own client libraries, and a script without any, against `handread serve` on a real port."""
