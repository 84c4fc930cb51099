"""What a doubtful word may be instead: nine readings to choose from by digit, the likeliest first.

The lexicon holds the words accepted in a queue (or those of the person's list), the corrections what people made of
misreadings, and `suggestions` weighs what both know of a word together with what the engine and a second service read.
It all lives in memory, from whatever the caller tells it, and is not to be changed in one thread while another asks.
"""

from tui.suggestions.corrections import Corrections, word_corrections
from tui.suggestions.lexicon import Lexicon, LookAlikes, Near
from tui.suggestions.ranking import MOST, Source, Suggestion, suggestions

__all__ = [
    "MOST",
    "Corrections",
    "Lexicon",
    "LookAlikes",
    "Near",
    "Source",
    "Suggestion",
    "suggestions",
    "word_corrections",
]
