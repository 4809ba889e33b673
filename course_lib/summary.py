"""What a row of layers makes of its input, counted: shapes, parameters, multiplications."""

from dataclasses import dataclass

from course_lib.shapes import expect_lengths

__all__ = ["Summary", "SummaryRow", "summarise"]


@dataclass(frozen=True)
class SummaryRow:
    """One layer: its output's shape, its parameters, its multiplications, for one example."""

    layer: str
    output_shape: tuple
    parameters: int
    multiplications: int


class Summary:
    """A `SummaryRow` per layer in `rows`, and the totals `parameters` and `multiplications`.

    Counted are multiplications by a weight. Printed, it is a table.
    """

    def __init__(self, input_shape, rows):
        self.input_shape = input_shape
        self.rows = rows
        self.output_shape = rows[-1].output_shape if rows else input_shape
        self.parameters = sum(row.parameters for row in rows)
        self.multiplications = sum(row.multiplications for row in rows)

    def __repr__(self):
        cells = [("layer", "output", "parameters", "multiplications")]
        cells += [("input", _batch(self.input_shape), "", "")]
        cells += [(r.layer, _batch(r.output_shape), *_counts(r)) for r in self.rows]
        cells += [("total", "", *_counts(self))]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [
            f"{layer:<{widths[0]}}  {output:<{widths[1]}}  {p:>{widths[2]}}  {n:>{widths[3]}}"
            for layer, output, p, n in cells
        ]
        return "\n".join(line.rstrip() for line in lines)


def summarise(layers, input_shape):
    """Count what `layers` do with one example of shape `input_shape`, without running them.

    Returns a `Summary`. Raises ValueError for a shape that is none, ShapeError where a layer
    cannot take what the one before it gives. Source: notebook 04.
    """
    shape = expect_lengths("summary", "input_shape", input_shape)
    input_shape, rows = shape, []
    for layer in layers:
        products = layer.multiplications(shape)
        shape = layer.output_shape(shape)
        weights = sum(parameter.value.size for parameter in layer.parameters)
        rows.append(SummaryRow(repr(layer), shape, weights, products))
    return Summary(input_shape, rows)


def _counts(counted):
    return f"{counted.parameters:,}", f"{counted.multiplications:,}"


def _batch(shape):
    return f"({', '.join(['m', *map(str, shape)])})"
