"""The pages that `handread demo` opens, and the program that draws them."""
