"""The output of a check, a hint or a solution: a card in JupyterLab, plain text elsewhere."""

import html
import re
from dataclasses import dataclass

__all__ = ["Card", "as_html"]

# Okabe and Ito's colours; the mark and the heading have the same meaning.
COLOURS = {"✓": "#009E73", "✗": "#D55E00", "○": "#0072B2", "?": "#CC79A7"}


EMPHASIS = r"(?<![\w*])\*(\w(?:[^*]*\w)?)\*(?![\w*])"


@dataclass(frozen=True)
class Card:
    """A mark, a heading, sentences, and a block of code."""

    mark: str
    heading: str
    sentences: tuple[str, ...] = ()
    code: str = ""

    def __repr__(self):
        lines = [f"{self.mark} {self.heading}", *self.sentences]
        return "\n".join(lines) + (f"\n\n{self.code}" if self.code else "")

    def _repr_html_(self):
        colour = COLOURS[self.mark]
        body = "".join(f'<div style="margin-top:4px">{as_html(s)}</div>' for s in self.sentences)
        if self.code:
            body += f'<pre style="margin:8px 0 0">{html.escape(self.code)}</pre>'
        return (
            f'<div style="border-left:5px solid {colour};padding:6px 12px;margin:4px 0;'
            f'max-width:46em"><strong>{self.mark} {as_html(self.heading)}</strong>{body}</div>'
        )


def as_html(text):
    """Escape `text` for HTML, with text in backticks as code, and *words* in italics."""
    parts = html.escape(text, quote=False).split("`")
    if len(parts) % 2 == 0:  # a backtick without its other half
        parts[-2:] = ["`".join(parts[-2:])]
    return "".join(
        f"<code>{part}</code>" if i % 2 else re.sub(EMPHASIS, r"<em>\1</em>", part)
        for i, part in enumerate(parts)
    )
