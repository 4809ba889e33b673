"""Sanitize text from submissions before it is printed or stored."""

import re
import unicodedata

__all__ = ["is_printable", "one_line", "printable"]

# Control characters except tab and new line, surrogates, and marks that change the direction.
UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def printable(text):
    """`text` with control characters replaced, which a terminal or a page would act on."""
    return UNPRINTABLE.sub(REPLACEMENT, text)


def one_line(text):
    """`text` on one line, with all that is not printable replaced, for a terminal or a table."""
    return "".join(letter if is_printable(letter) else REPLACEMENT for letter in text)


def is_printable(text):
    """True if all letters can be printed; spaces of other scripts can, line separators cannot."""
    return all(letter.isprintable() or unicodedata.category(letter) == "Zs" for letter in text)
