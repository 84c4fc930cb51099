"""Handread: recognise piles of handwritten pages and review them in the terminal."""

__version__ = "0.1.0"
