"""What a gradient check found, row by row, and the verdict."""

from dataclasses import dataclass

__all__ = ["GradientReport", "GradientRow"]


@dataclass(frozen=True)
class GradientRow:
    """One array of derivatives: `backward` gave one value at `worst_index`, nudging another.

    `relative_error` is the largest of all entries and belongs to `worst_index`; `verdict` is
    "agrees", "WRONG", "zero" or "kink", and `remark` says more where there is more to say.
    """

    name: str
    relative_error: float
    worst_index: tuple
    backward: float
    numerical: float
    verdict: str
    remark: str = ""


class GradientReport:
    """The `rows` of a check, and `passed`: True only if every row was decided and agrees.

    Rows are named Z (the loss by the outputs), then as the parameters, λ (the penalty), and X
    (by the inputs). A check that could not be made has no rows and a `reason`. Printed, it is a
    table; in `if` and `assert` it counts as `passed`.
    """

    def __init__(self, rows=(), reason=""):
        self.rows = tuple(rows)
        self.reason = reason or _reason(self.rows)
        self.passed = bool(self.rows) and not self.reason

    def __bool__(self):
        return self.passed

    def __getitem__(self, name):
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(f"{name!r}: there are {', '.join(row.name for row in self.rows)}")

    def __repr__(self):
        verdict = "passed" if self.passed else f"NOT passed: {self.reason}"
        lines = [f"gradient check {verdict}"]
        if self.rows:
            lines.append("  ∂J/∂   relative error   worst entry    by backward   by nudging")
        for row in self.rows:
            lines.append(
                f"  {row.name:<6} {row.relative_error:<16.1e} {list(row.worst_index)!s:<12} "
                f"{row.backward:>13.6g} {row.numerical:>12.6g}   {row.verdict}"
            )
            if row.remark:
                lines.append(f"         {row.remark}")
        return "\n".join(lines)


def _reason(rows):
    def named(verdict):
        return ", ".join(row.name for row in rows if row.verdict == verdict)

    if named("WRONG"):
        return f"backward and nudging disagree in {named('WRONG')}."
    if named("kink"):
        return (
            f"{named('kink')} cannot be decided: the cost has a kink just here, with one slope on "
            f"each side, as ReLU has at 0. Try other inputs or other weights."
        )
    if named("zero"):
        return (
            f"all derivatives in {named('zero')} are zero or too small to see, and 0 = 0 proves "
            f"nothing. Try random weights, scaled features, or labels that are not met already."
        )
    return ""
