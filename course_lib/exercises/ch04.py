"""Forward pass.

The exercises of notebook 04. One example per row: X is (m, n_in), W (n_in, n_out), b
(n_out,), so that Z = X W + b is (m, n_out).
"""

import numpy as np

from course_lib.exercises.engine.answers import same
from course_lib.exercises.engine.exercise import exercise
from course_lib.exercises.engine.judging import (
    CORRECT,
    agrees_with,
    numbers,
    parts_agree_with,
)

TITLE = "Forward pass"


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _entry_by_entry(X, W, b):
    """Z from its definition: a sum for every example and every unit."""
    rows = [[sum(x * w for x, w in zip(row, column, strict=True)) for column in W.T] for row in X]
    return np.array(rows) + [b for _ in X]


def _layer(rng, m, n_in, n_out):
    return rng.normal(size=(m, n_in)), rng.normal(size=(n_in, n_out)), rng.normal(size=n_out)


def _layers(rng):
    hand = (
        np.array([[2.0, 3.0], [0.0, 1.0]]),
        np.array([[0.0, 1.0], [1.0, 0.0]]),
        np.array([0.0, -2]),
    )
    return [hand, *(_layer(rng, *sizes) for sizes in ((3, 3, 3), (2, 2, 2), (4, 3, 2)))]


@exercise(
    stars=1,
    cases=_layers,
    judge=agrees_with(
        lambda X, W, b: _sigmoid(_entry_by_entry(X, W, b)), "Those are not the layer's outputs."
    ),
    hints=[
        "First the sums of all examples and units at once, `X @ W + b`.",
        "Then the sigmoid, 1 / (1 + np.exp(-Z)), entry by entry.",
    ],
    lesson="A whole layer, for a whole batch, in one line.",
)
def layer_output(X, W, b):
    """The outputs (4.2) of a layer of sigmoid units for a batch X."""
    return 1 / (1 + np.exp(-(X @ W + b)))


layer_output.mistake(
    "The bias is missing: Z is XW + b.", lambda X, W, b: 1 / (1 + np.exp(-(X @ W)))
)
layer_output.mistake(
    "You added the bias after the sigmoid. It belongs to the sum: σ(XW + b).",
    lambda X, W, b: 1 / (1 + np.exp(-(X @ W))) + b,
)
layer_output.mistake("That is Z. The layer's output is σ(Z), (4.2).", lambda X, W, b: X @ W + b)
layer_output.mistake(
    "You used the transpose of W. W has a row per input and a column per unit, so a row of "
    "X meets the columns of W as they are: XW.",
    lambda X, W, b: 1 / (1 + np.exp(-(X @ W.T + b))),
)
layer_output.mistake(
    "You multiplied W by X. With one example per row, X comes first: XW.",
    lambda X, W, b: 1 / (1 + np.exp(-(W @ X + b))),
)
layer_output.mistake(
    "That is right for the columns convention, with one example per column. Here each "
    "example is a row: XW + b.",
    lambda X, W, b: 1 / (1 + np.exp(-(W.T @ X.T + b[:, None]))),
)
layer_output.mistake(
    "You added one bias to each *example*. Each unit has its own: `b` lies along the rows.",
    lambda X, W, b: 1 / (1 + np.exp(-(X @ W + b[:, None]))),
)
layer_output.mistake(
    "`*` multiplies entry by entry. A weighted sum is the product `@`.",
    lambda X, W, b: 1 / (1 + np.exp(-(X * W + b))),
)


def _sizes(rng):
    drawn = [tuple(int(n) for n in rng.permutation(range(2, 9))[:k]) for k in (2, 4, 5)]
    return [((3, 4, 4, 3),), *((list(sizes),) for sizes in drawn)]


def _right_shapes(sizes):
    return [list(pair) for pair in zip(sizes[:-1], sizes[1:], strict=True)]


def _judge_shapes(cases, values):
    for (sizes,), value in zip(cases, values, strict=True):
        wanted = _right_shapes(sizes)
        if not isinstance(value, list | tuple | np.ndarray):
            return "Return a list of shapes. If it is a `zip`, write `list(…)` around it."
        if len(value) != len(wanted):
            count = "is 1 weight table" if len(wanted) == 1 else f"are {len(wanted)} weight tables"
            return f"For {sizes} there {count}: return as many shapes."
        came = numbers(value, (len(wanted), 2), "The list of shapes")
        if not same(came, np.array(wanted, dtype=float)):
            shown = ", ".join(f"({a:g}, {b:g})" for a, b in came)
            return f"For {sizes} the shapes are not {shown}."
    return CORRECT


@exercise(
    stars=1,
    cases=_sizes,
    judge=_judge_shapes,
    hints=[
        "Between 3 inputs and 4 units there are 3 times 4 weights, shape (3, 4).",
        "Pair each size with the next one: `zip(sizes[:-1], sizes[1:])`.",
    ],
    lesson="Neighbouring shapes meet in the middle: (m, 3) @ (3, 4) @ (4, 4) @ (4, 3) is (m, 3).",
)
def weight_shapes(sizes):
    """The shape (n_in, n_out) of every weight table of a network with these layer sizes."""
    return list(zip(sizes[:-1], sizes[1:], strict=True))


weight_shapes.mistake(
    "Those are the shapes of the columns convention. Here W has a row per input and a "
    "column per unit: (n_in, n_out).",
    lambda sizes: [(sizes[i + 1], sizes[i]) for i in range(len(sizes) - 1)],
)
weight_shapes.mistake(
    "Every table of yours begins at the input layer. A layer's inputs are the outputs of "
    "the layer before it.",
    lambda sizes: [(sizes[0], n) for n in sizes[1:]],
)
weight_shapes.mistake(
    "You counted a row for the bias. Here b is an array of its own, beside W.",
    lambda sizes: [(sizes[i] + 1, sizes[i + 1]) for i in range(len(sizes) - 1)],
)
weight_shapes.mistake(
    "A layer may have more units than inputs, or fewer.", lambda sizes: [(n, n) for n in sizes[1:]]
)


def _networks(rng):
    cases = []
    for m, sizes in enumerate(((2, 2, 1), (3, 3, 3, 3), (2, 4, 3, 2), (2, 3, 4, 3, 2), (3, 2)), 3):
        weights = [rng.normal(size=pair) for pair in zip(sizes[:-1], sizes[1:], strict=True)]
        biases = [rng.normal(size=n) for n in sizes[1:]]
        cases.append((rng.normal(size=(m, sizes[0])), weights, biases))
    return cases


def _one_layer_at_a_time(X, weights, biases):
    for number, (W, b) in enumerate(zip(weights, biases, strict=True), start=1):
        X = _entry_by_entry(X, W, b)
        if number < len(weights):
            X = _sigmoid(X)
    return X


@exercise(
    stars=2,
    cases=_networks,
    judge=agrees_with(_one_layer_at_a_time, "That is not what the network puts out."),
    hints=[
        "Keep one variable for what flows: it begins as X, and each layer replaces it.",
        "`for W, b in zip(weights, biases)`: the sum, then the sigmoid, but for the last one.",
    ],
    lesson="Depth is a loop.",
)
def forward_pass(X, weights, biases):
    """The logits of a network: sigmoid in every layer but the last."""
    A = X
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        A = 1 / (1 + np.exp(-(A @ W + b)))
    return A @ weights[-1] + biases[-1]


@forward_pass.mistake(
    "You put the last layer through the sigmoid, too. Its sums are the logits, and the "
    "loss turns them into probabilities."
)
def _activated_at_the_end(X, weights, biases):
    for W, b in zip(weights, biases, strict=True):
        X = 1 / (1 + np.exp(-(X @ W + b)))
    return X


@forward_pass.mistake("Where are the sigmoids? Without them all layers collapse into one, (4.5).")
def _never_activated(X, weights, biases):
    for W, b in zip(weights, biases, strict=True):
        X = X @ W + b
    return X


@forward_pass.mistake("The biases are missing.")
def _no_biases(X, weights, biases):
    for W in weights[:-1]:
        X = 1 / (1 + np.exp(-(X @ W)))
    return X @ weights[-1]


forward_pass.mistake(
    "That is the first hidden layer alone. Its output goes on and on.",
    lambda X, weights, biases: 1 / (1 + np.exp(-(X @ weights[0] + biases[0]))),
)


@forward_pass.mistake(
    "You put the *input* through the sigmoid. First the sum, then the sigmoid, and none "
    "after the last sum."
)
def _activated_first(X, weights, biases):
    for W, b in zip(weights, biases, strict=True):
        X = (1 / (1 + np.exp(-X))) @ W + b
    return X


def _tables(rng):
    hand = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([7.0, 8.0, 9.0])
    return [hand, *(_layer(rng, 1, *sizes)[1:] for sizes in ((4, 2), (3, 3)))]


@exercise(
    stars=2,
    cases=_tables,
    judge=parts_agree_with(
        lambda W, b: (list(zip(*W, strict=True)), [[bias] for bias in b]), ("W", "b")
    ),
    hints=[
        "Turning a product round turns its factors round, and their order: (x W)ᵀ = Wᵀ xᵀ.",
        "Weights: `W.T`. Bias: a column, `b[:, None]`.",
    ],
    lesson="The two conventions differ by a transpose; mixing them is what goes wrong.",
)
def to_columns(W, b):
    """Weights and bias of the same layer for the columns convention, z = W x + b."""
    return W.T, b[:, None]


to_columns.mistake(
    "`reshape` reads the numbers row by row into the other shape, so they end up in wrong "
    "places. The transpose, `W.T`, turns rows into columns.",
    lambda W, b: (W.reshape(W.shape[::-1]), b[:, None]),
)
to_columns.mistake(
    "The weights are settled; but `.T` does nothing to an array with one axis. A column is "
    "`b[:, None]`.",
    lambda W, b: (W.T, b.T),
)
to_columns.mistake(
    "`b[None, :]` is a row. A column is `b[:, None]`, shape (n, 1).", lambda W, b: (W.T, b[None, :])
)
to_columns.mistake(
    "The weights are still those for rows: turned round, (n_out, n_in), by `W.T`.",
    lambda W, b: (W, b[:, None]),
)
to_columns.mistake("Those are still for rows. Both have to be turned round.", lambda W, b: (W, b))
to_columns.mistake(
    "`reshape` reads the numbers row by row into the other shape, so they end up in wrong "
    "places; use `W.T`. And the bias has to become a column, `b[:, None]`.",
    lambda W, b: (W.reshape(W.shape[::-1]), b),
)


def _two_layers(rng):
    hand = (np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([1.0, -1.0]),
            np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([0.5, 0.0]))  # fmt: skip
    cases = [hand]
    for n_in, hidden, n_out in ((3, 3, 3), (2, 2, 2), (2, 4, 3)):
        _, W1, b1 = _layer(rng, 1, n_in, hidden)
        _, W2, b2 = _layer(rng, 1, hidden, n_out)
        cases.append((W1, b1, W2, b2))
    return cases


def _one_layer(W1, b1, W2, b2):
    """Read off from what both layers do to the origin and to the unit vectors."""
    ends = _entry_by_entry(
        _entry_by_entry(np.vstack([np.zeros(len(W1)), np.eye(len(W1))]), W1, b1), W2, b2
    )
    return ends[1:] - ends[0], ends[0]


@exercise(
    stars=2,
    cases=_two_layers,
    judge=parts_agree_with(_one_layer, ("W", "b"), "One layer does not give what two gave."),
    hints=[
        "Write (X W1 + b1) W2 + b2 and multiply out.",
        "What multiplies X is W; everything else is b.",
    ],
    lesson="A linear layer before a linear layer buys nothing: depth needs a non-linear activation "
    "in between.",
)
def collapse(W1, b1, W2, b2):
    """W and b of the one layer that does what two layers without activation do: (4.5)."""
    return W1 @ W2, b1 @ W2 + b2


collapse.mistake(
    "W is right. The first bias is lost: it, too, goes through the second layer.",
    lambda W1, b1, W2, b2: (W1 @ W2, b2),
)
collapse.mistake(
    "W is right. The second bias is missing.", lambda W1, b1, W2, b2: (W1 @ W2, b1 @ W2)
)
collapse.mistake(
    "W is right. The first bias does not reach the output as it is: the second layer's "
    "weights multiply it.",
    lambda W1, b1, W2, b2: (W1 @ W2, b1.sum() + b2),
)
collapse.mistake(
    "W is right. The first bias does not reach the output as it is: the second layer's "
    "weights multiply it.",
    lambda W1, b1, W2, b2: (W1 @ W2, b1 + b2),
)
collapse.mistake(
    "The order of the tables: X meets W1 first, so it is W1 W2. b is right.",
    lambda W1, b1, W2, b2: (W2 @ W1, b1 @ W2 + b2),
)
collapse.mistake(
    "W is right. Only the first bias goes through the second layer; the second is added after it.",
    lambda W1, b1, W2, b2: (W1 @ W2, (b1 + b2) @ W2),
)
collapse.mistake(
    "W is right. The second bias is added, not multiplied.",
    lambda W1, b1, W2, b2: (W1 @ W2, (W2.T @ b1) * b2),
)


def _count_by_layers(sizes):
    return sum(a * b + b for a, b in _right_shapes(sizes))


@exercise(
    stars=1,
    cases=_sizes,
    judge=agrees_with(_count_by_layers, "That is not the number of weights and biases."),
    hints=[
        "A layer has n_in · n_out weights and n_out biases.",
        "Add this up over all pairs of neighbouring sizes.",
    ],
    lesson="The count grows with the product of neighbouring widths, not with their sum.",
)
def count_parameters(sizes):
    """How many weights and biases a network with these layer sizes has: (4.6)."""
    return sum(n_in * n_out + n_out for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True))


count_parameters.mistake(
    "Those are the weights. Each unit has a bias, too.",
    lambda sizes: sum(a * b for a, b in zip(sizes[:-1], sizes[1:], strict=True)),
)
count_parameters.mistake(
    "You gave each layer as many biases as it has inputs. It has one for each unit.",
    lambda sizes: sum(a * b + a for a, b in zip(sizes[:-1], sizes[1:], strict=True)),
)
count_parameters.mistake(
    "Each *unit* has a bias of its own, not each layer.",
    lambda sizes: sum(a * b + 1 for a, b in zip(sizes[:-1], sizes[1:], strict=True)),
)
count_parameters.mistake(
    "The inputs are no units: they have no bias. The rest is right.",
    lambda sizes: sum(a * b for a, b in zip(sizes[:-1], sizes[1:], strict=True)) + sum(sizes),
)
count_parameters.mistake(
    "Those are the units. Count the numbers that training may change.", lambda sizes: sum(sizes)
)


def _batches(rng):
    hand = (
        np.array([[1.0, 2.0], [3.0, 4.0]]),
        np.array([[1.0, -1.0], [0.0, 2.0]]),
        np.array([10.0, 20]),
    )
    cases = [hand, *(_layer(rng, *sizes) for sizes in ((3, 3, 3), (2, 2, 2), (4, 3, 2)))]
    singles = [_layer(rng, 1, 3, n_out) for n_out in (3, 2)]
    return [*cases, *((X[0], W, b) for X, W, b in singles)]


def _dense(X, W, b):
    return _entry_by_entry(np.atleast_2d(X), W, b)


def _rows(X):
    return X[None, :] if X.ndim == 1 else X


@exercise(
    stars=3,
    cases=_batches,
    judge=agrees_with(_dense, "That is not X W + b.", "Z"),
    hints=[
        "For a batch, the whole layer is `X @ W + b`.",
        "If `X.ndim == 1`, make a row of it: `X[None, :]`; or use `np.atleast_2d`.",
    ],
    lesson="`X @ W + b` is the line of `Dense.forward`; the rest of that method is checks.",
)
def dense_forward(X, W, b):
    """Z = X W + b, (4.3), for a batch X (m, n_in), or for one example X (n_in,)."""
    X = np.atleast_2d(X)
    return X @ W + b


@dense_forward.mistake("The bias is missing.")
def _no_bias(X, W, b):
    X = X[None, :] if X.ndim == 1 else X
    return X @ W


dense_forward.mistake(
    "You used the transpose of W. Square tables do not complain; the sums run over the "
    "wrong axis all the same.",
    lambda X, W, b: _rows(X) @ W.T + b,
)
dense_forward.mistake(
    "You added one bias per example, down the rows. Each unit has its own: b lies along "
    "each row, so plain `+ b` is right.",
    lambda X, W, b: _rows(X) @ W + b[: len(_rows(X)), None],
)
dense_forward.mistake(
    "You summed over the units. A unit's sum runs over its *inputs*.",
    lambda X, W, b: (_rows(X)[:, :, None] * W).sum(axis=2) + b,
)
dense_forward.mistake(
    "Dense is the sum alone. The sigmoid is a layer of its own.",
    lambda X, W, b: _sigmoid(_rows(X) @ W + b),
)
dense_forward.mistake("The bias is missing.", lambda X, W, b: X @ W)
dense_forward.mistake(
    "You used the transpose of W. Square tables do not complain; the sums run over the "
    "wrong axis all the same.",
    lambda X, W, b: X @ W.T + b,
)
dense_forward.mistake(
    "Dense is the sum alone. The sigmoid is a layer of its own.",
    lambda X, W, b: 1 / (1 + np.exp(-(X @ W + b))),
)
dense_forward.mistake(
    "A batch has its rows already: add an axis only if `X.ndim == 1`.",
    lambda X, W, b: X[None, :] @ W + b,
)
dense_forward.mistake(
    "Right for a batch. A single example, X of shape (n_in,), should come out as a batch "
    "of one, shape (1, n_out): make a row of it first.",
    lambda X, W, b: X @ W + b,
)
