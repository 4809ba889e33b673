"""Text from outside, made fit to be printed and stored."""

import re

__all__ = ["one_line", "printable"]

# Control characters but tab and new line, halves of characters, and marks that turn text round.
UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
INSTEAD = "\N{REPLACEMENT CHARACTER}"


def printable(text):
    """`text` without what would act on a terminal or a page in place of being shown."""
    return UNPRINTABLE.sub(INSTEAD, text)


def one_line(text):
    """The same on one line, for a terminal or a table."""
    return "".join(letter if letter.isprintable() else INSTEAD for letter in text)
