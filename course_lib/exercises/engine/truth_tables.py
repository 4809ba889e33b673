"""Judge neurons and networks by their truth tables.

A gate exercise asks for weights, and many weights are right. They are judged by the outputs of
their sigmoids: above 0.9 for a 1 and below 0.1 for a 0. An output of one half lies on the
decision boundary, and is neither.
"""

import numpy as np

from course_lib.activations import sigmoid
from course_lib.datasets import gates
from course_lib.exercises.engine.judging import CORRECT, NotYet, numbers, parts

__all__ = [
    "TRANSPOSED",
    "as_table",
    "inputs",
    "judge_gate",
    "judge_network",
    "network_tables",
    "neuron_outputs",
]

SURE = 0.9
TRANSPOSED = (
    "With rows and columns of W1 exchanged your network would be right. Column j of W1, not row j, "
    "holds the two weights of hidden neuron j."
)


def inputs(n):
    """All rows of n bits, an array (2ⁿ, n), in counting order: 00, 01, 10, 11."""
    return np.array(list(np.ndindex((2,) * n)), dtype=float)


def neuron_outputs(n):
    """Make a function from a value (w, b), w of shape (n,), to its 2ⁿ outputs σ(w·x + b)."""

    def read(value):
        w, b = _weights_and_bias(value, n)
        return _layer(inputs(n), numbers(w, (n,), "w"), numbers(b, (), "b"))

    return read


def _network_outputs(value):
    """The hidden outputs (4, 2) and the outputs (4,) of a 2-2-1 network (W1, b1, w2, b2)."""
    W1, b1, w2, b2 = parts(value, ("W1", "b1", "w2", "b2"))
    W1, b1 = numbers(W1, (2, 2), "W1"), numbers(b1, (2,), "b1")
    w2, b2 = numbers(w2, (2,), "w2"), numbers(b2, (), "b2")
    h = _layer(inputs(2), W1, b1)
    return h, _layer(h, w2, b2)


def as_table(outputs):
    """Round outputs to 0 and 1, except those of one half, which stay."""
    outputs = np.asarray(outputs)
    return np.where(np.isclose(outputs, 0.5), 0.5, np.round(outputs))


def network_tables(value):
    """The truth tables (3, 4) of a 2-2-1 network: two hidden neurons, then the output."""
    h, a = _network_outputs(value)
    return as_table([*h.T, a])


def judge_gate(n, table):
    """Make a judge for a neuron with n inputs that should compute `table`."""

    def judge(cases, values):
        for value in values:
            complaint = _complaint(neuron_outputs(n)(value), table)
            if complaint is not CORRECT:
                return complaint
        return CORRECT

    return judge


def judge_network(table):
    """Make a judge for a 2-2-1 network that should compute `table`."""

    def judge(cases, values):
        for value in values:
            h, a = _network_outputs(value)
            complaint = _complaint(a, table)
            if complaint is CORRECT:
                continue
            if np.array_equal(as_table(a), table):
                return complaint
            tenfold = [10 * numbers(part, np.shape(part), "it") for part in value]
            if _complaint(_network_outputs(tenfold)[1], table) is CORRECT:
                return (
                    "Your design is right, but its neurons are too unsure of themselves: multiply "
                    "all nine numbers by 10."
                )
            W1, b1, w2, b2 = value
            exchanged = (np.transpose(numbers(W1, (2, 2), "W1")), b1, w2, b2)
            if _complaint(_network_outputs(exchanged)[1], table) is CORRECT:
                return TRANSPOSED
            return (
                f"To 00, 01, 10, 11 your hidden neurons answer {_table_text(h[:, 0])} and "
                f"{_table_text(h[:, 1])}, and your output {_table_text(a)}; it should be "
                f"{_table_text(table)}."
            )
        return CORRECT

    return judge


def _complaint(outputs, table):
    rows = list(zip(inputs(int(np.log2(len(table)))), outputs, table, strict=True))
    for x, output, target in rows:
        if np.isclose(output, 0.5):
            side = "positive" if target else "negative"
            return (
                f"For {_point(x)} your z is 0, and the output 0.5: neither yes nor no. Change b so "
                f"that z is clearly {side} there."
            )
        if abs(output - target) >= 0.5:
            return f"For {_point(x)} your output is {output:.3f}; it should be near {target}."
    for x, output, target in rows:
        if abs(output - target) > 1 - SURE:
            unsure = (
                "only {:.3f}; sure means above 0.9" if target else "{:.3f}; sure means below 0.1"
            )
            return (
                f"Rounded, the table is right. But for {_point(x)} your output is "
                f"{unsure.format(output)}. What happens to the outputs if all weights and biases "
                f"are multiplied by 10?"
            )
    return CORRECT


def _weights_and_bias(value, n):
    if isinstance(value, list | tuple) and len(value) == n + 1 > 2:
        raise NotYet(
            f"You returned {n + 1} things: put the {n} weights in one list, `return w, b`."
        )
    w, b = parts(value, ("w", "b"))
    if n > 1 and isinstance(b, list | tuple | np.ndarray) and len(b) == n:
        raise NotYet(f"Return w first, then b: the second value holds {n} numbers.")
    return w, b


def _layer(X, W, b):
    Z = X @ W + b
    return sigmoid(numbers(Z, Z.shape, "z, the weighted sum plus bias,"))


def _point(x):
    bits = [f"{bit:.0f}" for bit in x]
    return f"x = {bits[0]}" if len(bits) == 1 else f"x = ({', '.join(bits)})"


def _table_text(outputs):
    table = as_table(outputs)
    names = [name for name, answers in gates()[1].items() if np.array_equal(answers, table)]
    digits = " ".join(f"{bit:g}" for bit in table)
    return f"{digits} ({names[0]})" if names else digits
