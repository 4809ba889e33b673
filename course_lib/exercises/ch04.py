"""Forward pass.

The exercises of notebook 04. One example per row: X is (m, n_in), W (n_in, n_out), b
(n_out,), so that Z = X W + b is (m, n_out).
"""

import numpy as np

from course_lib.exercises.engine.answers import describe_call, same
from course_lib.exercises.engine.exercise import Misconception, exercise
from course_lib.exercises.engine.judging import CORRECT, agrees_with, numbers, parts

TITLE = "Forward pass"


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _entry_by_entry(X, W, b):
    """Z from its definition: a sum for every example and every unit."""
    rows = [[sum(x * w for x, w in zip(row, column, strict=True)) for column in W.T] for row in X]
    return np.array(rows) + [b for _ in X]


def _layer(rng, m, n_in, n_out):
    return rng.normal(size=(m, n_in)), rng.normal(size=(n_in, n_out)), rng.normal(size=n_out)


# --------------------------------------------------------------------------- layer_output


def _layers(rng):
    hand = (
        np.array([[2.0, 3.0], [0.0, 1.0]]),
        np.array([[0.0, 1.0], [1.0, 0.0]]),
        np.array([0.0, -2]),
    )
    return [hand, *(_layer(rng, *sizes) for sizes in ((3, 3, 3), (2, 2, 2), (4, 3, 2)))]


def _as_columns(X, W, b):
    return 1 / (1 + np.exp(-(W.T @ X.T + b[:, None])))


def _without_bias(X, W, b):
    return 1 / (1 + np.exp(-(X @ W)))


def _bias_outside(X, W, b):
    return 1 / (1 + np.exp(-(X @ W))) + b


def _without_sigmoid(X, W, b):
    return X @ W + b


def _weights_transposed(X, W, b):
    return 1 / (1 + np.exp(-(X @ W.T + b)))


def _weights_first(X, W, b):
    return 1 / (1 + np.exp(-(W @ X + b)))


def _bias_as_column(X, W, b):
    return 1 / (1 + np.exp(-(X @ W + b[:, None])))


def _entry_products(X, W, b):
    return 1 / (1 + np.exp(-(X * W + b)))


@exercise(
    stars=1,
    cases=_layers,
    judge=agrees_with(
        lambda X, W, b: _sigmoid(_entry_by_entry(X, W, b)), "Those are not the layer's outputs."
    ),
    misconceptions=[
        Misconception(_without_bias, "The bias is missing: Z is XW + b."),
        Misconception(
            _bias_outside, "You added the bias after the sigmoid. It belongs to the sum: σ(XW + b)."
        ),
        Misconception(_without_sigmoid, "That is Z. The layer's output is σ(Z), (4.2)."),
        Misconception(
            _weights_transposed,
            "You used the transpose of W. W has a row per input and a column per unit, so a row of "
            "X meets the columns of W as they are: XW.",
        ),
        Misconception(
            _weights_first,
            "You multiplied W by X. With one example per row, X comes first: XW.",
        ),
        Misconception(
            _as_columns,
            "That is right for the columns convention, with one example per column. Here each "
            "example is a row: XW + b.",
        ),
        Misconception(
            _bias_as_column,
            "You added one bias to each *example*. Each unit has its own: `b` lies along the rows.",
        ),
        Misconception(
            _entry_products, "`*` multiplies entry by entry. A weighted sum is the product `@`."
        ),
    ],
    hints=[
        "First the sums of all examples and units at once, `X @ W + b`.",
        "Then the sigmoid, 1 / (1 + np.exp(-Z)), entry by entry.",
    ],
    lesson="A whole layer, for a whole batch, in one line.",
)
def layer_output(X, W, b):
    """The outputs (4.2) of a layer of sigmoid units for a batch X."""
    return 1 / (1 + np.exp(-(X @ W + b)))


# --------------------------------------------------------------------------- weight_shapes


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


def _columns_convention(sizes):
    return [(sizes[i + 1], sizes[i]) for i in range(len(sizes) - 1)]


def _input_and_last(sizes):
    return [(sizes[0], n) for n in sizes[1:]]


def _with_bias_row(sizes):
    return [(sizes[i] + 1, sizes[i + 1]) for i in range(len(sizes) - 1)]


def _squares(sizes):
    return [(n, n) for n in sizes[1:]]


@exercise(
    stars=1,
    cases=_sizes,
    judge=_judge_shapes,
    misconceptions=[
        Misconception(
            _columns_convention,
            "Those are the shapes of the columns convention. Here W has a row per input and a "
            "column per unit: (n_in, n_out).",
        ),
        Misconception(
            _input_and_last,
            "Every table of yours begins at the input layer. A layer's inputs are the outputs of "
            "the layer before it.",
        ),
        Misconception(
            _with_bias_row,
            "You counted a row for the bias. Here b is an array of its own, beside W.",
        ),
        Misconception(_squares, "A layer may have more units than inputs, or fewer."),
    ],
    hints=[
        "Between 3 inputs and 4 units there are 3 times 4 weights, shape (3, 4).",
        "Pair each size with the next one: `zip(sizes[:-1], sizes[1:])`.",
    ],
    lesson="Neighbouring shapes meet in the middle: (m, 3) @ (3, 4) @ (4, 4) @ (4, 3) is (m, 3).",
)
def weight_shapes(sizes):
    """The shape (n_in, n_out) of every weight table of a network with these layer sizes."""
    return list(zip(sizes[:-1], sizes[1:], strict=True))


# --------------------------------------------------------------------------- forward_pass


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


def _activated_at_the_end(X, weights, biases):
    for W, b in zip(weights, biases, strict=True):
        X = 1 / (1 + np.exp(-(X @ W + b)))
    return X


def _never_activated(X, weights, biases):
    for W, b in zip(weights, biases, strict=True):
        X = X @ W + b
    return X


def _no_biases(X, weights, biases):
    for W in weights[:-1]:
        X = 1 / (1 + np.exp(-(X @ W)))
    return X @ weights[-1]


def _first_layer_only(X, weights, biases):
    return 1 / (1 + np.exp(-(X @ weights[0] + biases[0])))


def _activated_first(X, weights, biases):
    for W, b in zip(weights, biases, strict=True):
        X = (1 / (1 + np.exp(-X))) @ W + b
    return X


@exercise(
    stars=2,
    cases=_networks,
    judge=agrees_with(_one_layer_at_a_time, "That is not what the network puts out."),
    misconceptions=[
        Misconception(
            _activated_at_the_end,
            "You put the last layer through the sigmoid, too. Its sums are the logits, and the "
            "loss turns them into probabilities.",
        ),
        Misconception(
            _never_activated,
            "Where are the sigmoids? Without them all layers collapse into one, (4.5).",
        ),
        Misconception(_no_biases, "The biases are missing."),
        Misconception(
            _first_layer_only, "That is the first hidden layer alone. Its output goes on and on."
        ),
        Misconception(
            _activated_first,
            "You put the *input* through the sigmoid. First the sum, then the sigmoid, and none "
            "after the last sum.",
        ),
    ],
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


# --------------------------------------------------------------------------- to_columns


def _tables(rng):
    hand = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([7.0, 8.0, 9.0])
    return [hand, *(_layer(rng, 1, *sizes)[1:] for sizes in ((4, 2), (3, 3)))]


def _judge_columns(cases, values):
    for (W, b), value in zip(cases, values, strict=True):
        W_c, b_c = parts(value, ("W", "b"))
        W_c = numbers(W_c, W.T.shape, "The weights for columns")
        b_c = numbers(b_c, (len(b), 1), "The bias for columns")
        x = np.arange(1.0, len(W) + 1)[:, None]
        if not same(W_c @ x + b_c, _entry_by_entry(x.T, W, b).T):
            return f"For {describe_call((W, b))} the column W x + b is not the row x W + b turned."
    return CORRECT


def _reshaped(W, b):
    return W.reshape(W.shape[::-1]), b[:, None]


def _nothing_done(W, b):
    return W, b


def _reshaped_only(W, b):
    return W.reshape(W.shape[::-1]), b


def _bias_transposed(W, b):
    return W.T, b.T


def _bias_as_row(W, b):
    return W.T, b[None, :]


def _as_they_are(W, b):
    return W, b[:, None]


@exercise(
    stars=2,
    cases=_tables,
    judge=_judge_columns,
    misconceptions=[
        Misconception(
            _reshaped,
            "`reshape` reads the numbers row by row into the other shape, so they end up in wrong "
            "places. The transpose, `W.T`, turns rows into columns.",
        ),
        Misconception(
            _bias_transposed,
            "The weights are settled; but `.T` does nothing to an array with one axis. A column is "
            "`b[:, None]`.",
        ),
        Misconception(
            _bias_as_row, "`b[None, :]` is a row. A column is `b[:, None]`, shape (n, 1)."
        ),
        Misconception(
            _as_they_are,
            "The weights are still those for rows: turned round, (n_out, n_in), by `W.T`.",
        ),
        Misconception(_nothing_done, "Those are still for rows. Both have to be turned round."),
        Misconception(
            _reshaped_only,
            "`reshape` reads the numbers row by row into the other shape, so they end up in wrong "
            "places; use `W.T`. And the bias has to become a column, `b[:, None]`.",
        ),
    ],
    hints=[
        "Turning a product round turns its factors round, and their order: (x W)ᵀ = Wᵀ xᵀ.",
        "Weights: `W.T`. Bias: a column, `b[:, None]`.",
    ],
    lesson="The two conventions differ by a transpose; mixing them is what goes wrong.",
)
def to_columns(W, b):
    """Weights and bias of the same layer for the columns convention, z = W x + b."""
    return W.T, b[:, None]


# --------------------------------------------------------------------------- collapse


def _two_layers(rng):
    hand = (np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([1.0, -1.0]),
            np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([0.5, 0.0]))  # fmt: skip
    cases = [hand]
    for n_in, hidden, n_out in ((3, 3, 3), (2, 2, 2), (2, 4, 3)):
        _, W1, b1 = _layer(rng, 1, n_in, hidden)
        _, W2, b2 = _layer(rng, 1, hidden, n_out)
        cases.append((W1, b1, W2, b2))
    return cases


def _judge_collapse(cases, values):
    for (W1, b1, W2, b2), value in zip(cases, values, strict=True):
        W, b = parts(value, ("W", "b"))
        W, b = numbers(W, (len(W1), W2.shape[1]), "W"), numbers(b, b2.shape, "b")
        X = np.vstack([np.zeros(len(W1)), np.eye(len(W1))])
        if not same(X @ W + b, _entry_by_entry(_entry_by_entry(X, W1, b1), W2, b2)):
            return f"For {describe_call((W1, b1, W2, b2))} one layer does not give what two gave."
    return CORRECT


def _biases_added(W1, b1, W2, b2):
    return W1 @ W2, b1.sum() + b2


def _biases_just_added(W1, b1, W2, b2):
    return W1 @ W2, b1 + b2


def _other_way_round(W1, b1, W2, b2):
    return W2 @ W1, b1 @ W2 + b2


def _both_biases_through(W1, b1, W2, b2):
    return W1 @ W2, (b1 + b2) @ W2


def _first_bias_lost(W1, b1, W2, b2):
    return W1 @ W2, b2


def _weights_added(W1, b1, W2, b2):
    return W1 @ W2, b1 @ W2


def _bias_by_the_first(W1, b1, W2, b2):
    return W1 @ W2, (W2.T @ b1) * b2


@exercise(
    stars=2,
    cases=_two_layers,
    judge=_judge_collapse,
    misconceptions=[
        Misconception(
            _first_bias_lost,
            "W is right. The first bias is lost: it, too, goes through the second layer.",
        ),
        Misconception(_weights_added, "W is right. The second bias is missing."),
        Misconception(
            _biases_added,
            "W is right. The first bias does not reach the output as it is: the second layer's "
            "weights multiply it.",
        ),
        Misconception(
            _biases_just_added,
            "W is right. The first bias does not reach the output as it is: the second layer's "
            "weights multiply it.",
        ),
        Misconception(
            _other_way_round,
            "The order of the tables: X meets W1 first, so it is W1 W2. b is right.",
        ),
        Misconception(
            _both_biases_through,
            "W is right. Only the first bias goes through the second layer; the second is added "
            "after it.",
        ),
        Misconception(_bias_by_the_first, "W is right. The second bias is added, not multiplied."),
    ],
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


# --------------------------------------------------------------------------- count_parameters


def _count_by_layers(sizes):
    return sum(a * b + b for a, b in _right_shapes(sizes))


def _weights_only(sizes):
    return sum(a * b for a, b in zip(sizes[:-1], sizes[1:], strict=True))


def _biases_of_the_inputs(sizes):
    return sum(a * b + a for a, b in zip(sizes[:-1], sizes[1:], strict=True))


def _one_bias_a_layer(sizes):
    return sum(a * b + 1 for a, b in zip(sizes[:-1], sizes[1:], strict=True))


def _a_bias_for_all(sizes):
    return sum(a * b for a, b in zip(sizes[:-1], sizes[1:], strict=True)) + sum(sizes)


def _units(sizes):
    return sum(sizes)


@exercise(
    stars=1,
    cases=_sizes,
    judge=agrees_with(_count_by_layers, "That is not the number of weights and biases."),
    misconceptions=[
        Misconception(_weights_only, "Those are the weights. Each unit has a bias, too."),
        Misconception(
            _biases_of_the_inputs,
            "You gave each layer as many biases as it has inputs. It has one for each unit.",
        ),
        Misconception(_one_bias_a_layer, "Each *unit* has a bias of its own, not each layer."),
        Misconception(
            _a_bias_for_all, "The inputs are no units: they have no bias. The rest is right."
        ),
        Misconception(_units, "Those are the units. Count the numbers that training may change."),
    ],
    hints=[
        "A layer has n_in · n_out weights and n_out biases.",
        "Add this up over all pairs of neighbouring sizes.",
    ],
    lesson="The count grows with the product of neighbouring widths, not with their sum.",
)
def count_parameters(sizes):
    """How many weights and biases a network with these layer sizes has: (4.6)."""
    return sum(n_in * n_out + n_out for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True))


# --------------------------------------------------------------------------- dense_forward


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


def _judge_dense(cases, values):
    for case, value in zip(cases, values, strict=True):
        expected = _dense(*case)
        if not same(numbers(value, expected.shape, "Z"), expected):
            return f"For X, W, b = {describe_call(case)} that is not X W + b."
    return CORRECT


def _rows(X):
    return X[None, :] if X.ndim == 1 else X


def _no_bias(X, W, b):
    X = X[None, :] if X.ndim == 1 else X
    return X @ W


def _turned_weights(X, W, b):
    return _rows(X) @ W.T + b


def _bias_down_the_rows(X, W, b):
    return _rows(X) @ W + b[: len(_rows(X)), None]


def _by_entries(X, W, b):
    return (_rows(X)[:, :, None] * W).sum(axis=2) + b


def _activated(X, W, b):
    return _sigmoid(_rows(X) @ W + b)


def _plain_without_bias(X, W, b):
    return X @ W


def _plain_turned(X, W, b):
    return X @ W.T + b


def _plain_activated(X, W, b):
    return 1 / (1 + np.exp(-(X @ W + b)))


def _always_a_row(X, W, b):
    return X[None, :] @ W + b


def _batch_only(X, W, b):
    return X @ W + b


@exercise(
    stars=3,
    cases=_batches,
    judge=_judge_dense,
    misconceptions=[
        Misconception(_no_bias, "The bias is missing."),
        Misconception(
            _turned_weights,
            "You used the transpose of W. Square tables do not complain; the sums run over the "
            "wrong axis all the same.",
        ),
        Misconception(
            _bias_down_the_rows,
            "You added one bias per example, down the rows. Each unit has its own: b lies along "
            "each row, so plain `+ b` is right.",
        ),
        Misconception(
            _by_entries, "You summed over the units. A unit's sum runs over its *inputs*."
        ),
        Misconception(_activated, "Dense is the sum alone. The sigmoid is a layer of its own."),
        Misconception(_plain_without_bias, "The bias is missing."),
        Misconception(
            _plain_turned,
            "You used the transpose of W. Square tables do not complain; the sums run over the "
            "wrong axis all the same.",
        ),
        Misconception(
            _plain_activated, "Dense is the sum alone. The sigmoid is a layer of its own."
        ),
        Misconception(
            _always_a_row, "A batch has its rows already: add an axis only if `X.ndim == 1`."
        ),
        Misconception(
            _batch_only,
            "Right for a batch. A single example, X of shape (n_in,), should come out as a batch "
            "of one, shape (1, n_out): make a row of it first.",
        ),
    ],
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
