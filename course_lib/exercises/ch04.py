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


def _softmax(Z):
    E = np.exp(Z)
    return E / E.sum(axis=1, keepdims=True)


def _entry_by_entry(X, W, b):
    """Z from its definition: a sum for every example and every unit."""
    rows = [[sum(x * w for x, w in zip(row, column, strict=True)) for column in W.T] for row in X]
    return np.array(rows) + [b for _ in X]


def _layer(rng, m, n_in, n_out):
    return rng.normal(size=(m, n_in)), rng.normal(size=(n_in, n_out)), rng.normal(size=n_out)


def _layers(rng):
    hand = (
        np.array([[2.0, 3.0], [0.0, 1.0], [1.0, 0.0]]),
        np.array([[0.0, 1.0], [2.0, -1.0]]),
        np.array([-1.0, 2.0]),
    )
    sizes = ((3, 3, 3), (4, 3, 2), (5, 2, 1))
    return [hand, *(_layer(rng, *three) for three in sizes)]


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
    lambda X, W, b: _sigmoid(X @ W) + b,
)
layer_output.mistake(
    "That is Z, the sums. The layer's output is σ(Z), (4.2).", lambda X, W, b: X @ W + b
)
layer_output.mistake(
    "You put the inputs through the sigmoid, and not the sums. First XW + b, then the sigmoid.",
    lambda X, W, b: _sigmoid(X) @ W + b,
)
layer_output.mistake(
    "You put the inputs through the sigmoid, too. They come as they are: only the sums XW + b go "
    "through it.",
    lambda X, W, b: _sigmoid(_sigmoid(X) @ W + b),
)
layer_output.mistake(
    "The bias has the wrong sign: the sum is XW + b. If you wrote the sigmoid out, look at its "
    "brackets: in exp(-(XW + b)) the minus stands before the whole sum.",
    lambda X, W, b: _sigmoid(X @ W - b),
)
layer_output.mistake(
    "Without brackets, 1 / 1 + exp(-Z) is 1 + exp(-Z). All of 1 + exp(-Z) stands below the "
    "fraction bar.",
    lambda X, W, b: 1 + np.exp(-(X @ W + b)),
)
layer_output.mistake(
    "You added the bias to the weights, so every input is multiplied by it. Add it once, after "
    "the product: XW + b.",
    lambda X, W, b: _sigmoid(X @ (W + b)),
)
layer_output.mistake(
    "You added the bias to the inputs. Add it after the product, one for each unit: XW + b.",
    lambda X, W, b: _sigmoid((X + b) @ W),
)
layer_output.mistake(
    "You multiplied by the bias. It is added: XW + b.", lambda X, W, b: _sigmoid(X @ W * b)
)
FALLING = "Your sigmoid falls where it should rise: it is 1 / (1 + exp(-z)), with a minus."
layer_output.mistake(FALLING, lambda X, W, b: _sigmoid(-(X @ W + b)))
ONE_BIAS = "Every unit has a bias of its own, and you give all units the same. Add the vector b."
layer_output.mistake(ONE_BIAS, lambda X, W, b: _sigmoid(X @ W + b.sum()))
layer_output.mistake(ONE_BIAS, lambda X, W, b: _sigmoid(X @ W + b.mean()))
layer_output.mistake(ONE_BIAS, lambda X, W, b: _sigmoid(X @ W + b[0]))
layer_output.mistake(
    "You used the transpose of W. W has a row per input and a column per unit, so a row of "
    "X meets the columns of W as they are: XW.",
    lambda X, W, b: _sigmoid(X @ W.T + b),
)
layer_output.mistake(
    "You multiplied W by X. With one example per row, X comes first: XW.",
    lambda X, W, b: _sigmoid(W @ X + b),
)
layer_output.mistake(
    "That is right for the convention with columns, one example per column. Here each "
    "example is a row: XW + b.",
    lambda X, W, b: _sigmoid(X @ W + b).T,
)
layer_output.mistake(
    "You added one bias to each *example*. Each unit has its own: `b` lies along the rows.",
    lambda X, W, b: _sigmoid(X @ W + b[:, None]),
)
layer_output.mistake(
    "`*` multiplies entry by entry. A weighted sum is the product `@`.",
    lambda X, W, b: _sigmoid(X * W + b),
)
OTHER_ACTIVATION = (
    "You used another activation. This layer's units are sigmoids, each by itself: "
    "σ(z) = 1 / (1 + exp(-z))."
)
layer_output.mistake(OTHER_ACTIVATION, lambda X, W, b: _softmax(X @ W + b))
layer_output.mistake(OTHER_ACTIVATION, lambda X, W, b: np.tanh(X @ W + b))
layer_output.mistake(OTHER_ACTIVATION, lambda X, W, b: np.maximum(X @ W + b, 0))
layer_output.mistake(
    "All your outputs are 0 or 1. A sigmoid puts out something in between: is there a step "
    "function in its place, or a rounding?",
    lambda X, W, b: (X @ W + b > 0).astype(float),
)
layer_output.mistake(
    "That is the derivative of the sigmoid, a(1 - a). The forward pass wants its value, a.",
    lambda X, W, b: _sigmoid(X @ W + b) * (1 - _sigmoid(X @ W + b)),
)


def _sizes(rng):
    drawn = [tuple(int(n) for n in rng.permutation(range(2, 9))[:k]) for k in (2, 4, 5)]
    return [((3, 4, 4, 3),), *((list(sizes),) for sizes in drawn)]


def _pairs(sizes):
    return [(sizes[i - 1], sizes[i]) for i in range(1, len(sizes))]


def _judge_shapes(cases, values):
    for (sizes,), value in zip(cases, values, strict=True):
        wanted = [list(pair) for pair in _pairs(sizes)]
        if not isinstance(value, list | tuple | np.ndarray):
            return "Return a list of shapes. If it is a `zip`, write `list(…)` around it."
        if any(isinstance(item, np.ndarray) and item.ndim > 1 for item in value):
            return "Those are matrices. Only their shapes are wanted, such as (3, 4)."
        if len(value) == len(wanted) and all(isinstance(item, int | float) for item in value):
            return "Each shape is a pair, (n_in, n_out), and your list holds single numbers."
        if same(list(value), [n for pair in wanted for n in pair]):
            return (
                "The numbers are right, but they stand in one flat list. Each shape is a pair of "
                "its own: add it with `append((n_in, n_out))`; `+=` takes the pair apart."
            )
        if len(value) != len(wanted):
            count = "is 1 weight matrix" if len(wanted) == 1 else f"are {len(wanted)} matrices"
            return (
                f"For {sizes} there {count}, one between each layer and the next. Your list has "
                f"{len(value)} {'entry' if len(value) == 1 else 'entries'}."
            )
        came = numbers(value, (len(wanted), 2), "The list of shapes")
        if not same(came, np.array(wanted, dtype=float)):
            shown = ", ".join(f"({a:g}, {b:g})" for a, b in came)
            if same(came[::-1], np.array(wanted, dtype=float)):
                return "Those are the right shapes, from the output to the input: reverse them."
            if sorted(came.tolist()) == sorted(wanted):
                return (
                    f"Those are the right shapes in another order, {shown}: list them from the "
                    f"input to the output. A `set` keeps no order; a list does."
                )
            return (
                f"For {sizes} the shapes are not {shown}. Each is a pair of neighbouring sizes, "
                f"(n_in, n_out)."
            )
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
    """The shape (n_in, n_out) of every weight matrix of a network with these layer sizes."""
    return list(zip(sizes[:-1], sizes[1:], strict=True))


weight_shapes.mistake(
    "Those are the shapes of the convention with columns. Here W has a row per input and a "
    "column per unit: (n_in, n_out).",
    lambda sizes: [(sizes[i + 1], sizes[i]) for i in range(len(sizes) - 1)],
)
weight_shapes.mistake(
    "All your matrices begin at the input layer. A layer's inputs are the outputs of the layer "
    "just before it.",
    lambda sizes: [(sizes[0], n) for n in sizes[1:]],
)
weight_shapes.mistake(
    "You counted a row for the bias. Here b is an array of its own, beside W.",
    lambda sizes: [(a + 1, b) for a, b in _pairs(sizes)],
)
weight_shapes.mistake(
    "You counted a column for the bias. Here b is an array of its own, beside W.",
    lambda sizes: [(a, b + 1) for a, b in _pairs(sizes)],
)
BIASES_AMONG = (
    "The shapes of the biases stand in your list, too. Only those of the weight matrices are "
    "wanted."
)
weight_shapes.mistake(
    BIASES_AMONG, lambda sizes: [shape for a, b in _pairs(sizes) for shape in ((a, b), (b,))]
)
weight_shapes.mistake(
    BIASES_AMONG, lambda sizes: [shape for a, b in _pairs(sizes) for shape in ((a, b), (1, b))]
)
weight_shapes.mistake(
    "Your matrices are all square. A layer may have more units than inputs, or fewer: pair each "
    "size with the next.",
    lambda sizes: [(n, n) for n in sizes[1:]],
)
weight_shapes.mistake(
    "You pair each size with itself. A weight matrix lies between two layers: pair each size with "
    "the next.",
    lambda sizes: [(n, n) for n in sizes],
)
weight_shapes.mistake(
    "Those are the numbers of weights. The shape of a matrix is a pair: (n_in, n_out).",
    lambda sizes: [a * b for a, b in _pairs(sizes)],
)
weight_shapes.mistake(
    "Only the first matrix is there. Does `return` stand inside the loop?",
    lambda sizes: _pairs(sizes)[:1],
)
weight_shapes.mistake(
    "Only the last matrix is there. Does each shape replace the one before? Collect them in a "
    "list, with `append`.",
    lambda sizes: _pairs(sizes)[-1:],
)
weight_shapes.mistake(
    "The last matrix is missing: your loop ends one step too early. Between n sizes there are "
    "n - 1 matrices.",
    lambda sizes: _pairs(sizes)[:-1],
)
weight_shapes.mistake(
    "The first matrix is missing. The input layer has no weights of its own, but the first matrix "
    "leads from it to the first hidden layer.",
    lambda sizes: _pairs(sizes)[1:],
)
weight_shapes.mistake(
    "You go on in steps of two. Every layer but the first and the last belongs to two "
    "matrices: it is where one ends and where the next begins.",
    lambda sizes: _pairs(sizes)[::2],
)
weight_shapes.mistake(
    "Your list begins with a matrix from the last layer to the first: `sizes[-1]` is the last "
    "entry. Begin the loop one step later.",
    lambda sizes: [(sizes[i - 1], sizes[i]) for i in range(len(sizes))],
)
weight_shapes.mistake(
    "You join every layer to all later ones. In a feed-forward network of this kind each layer is "
    "joined to the next alone.",
    lambda sizes: [(a, b) for i, a in enumerate(sizes) for b in sizes[i + 1 :]],
)


def _networks(rng):
    hand = (
        np.array([[1.0, 0.0], [2.0, -1.0], [0.0, 3.0]]),
        [np.array([[1.0, -1.0], [0.0, 2.0]]), np.array([[2.0], [-1.0]])],
        [np.array([0.0, 1.0]), np.array([0.5])],
    )
    cases = [hand]
    for m, sizes in enumerate(((3, 3, 3, 3), (2, 4, 3, 2), (2, 3, 4, 3, 2), (3, 2)), 4):
        weights = [rng.normal(size=pair) for pair in _pairs(sizes)]
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
    lesson="However deep a network is, its forward pass is one loop.",
)
def forward_pass(X, weights, biases):
    """The logits of a network: sigmoid in every layer but the last."""
    A = X
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        A = 1 / (1 + np.exp(-(A @ W + b)))
    return A @ weights[-1] + biases[-1]


def _run(X, weights, biases, layer=lambda A, W, b: _sigmoid(A @ W + b), last=1):
    """The network with another `layer`, and with `last` layers of sums alone."""
    for i, (W, b) in enumerate(zip(weights, biases, strict=True)):
        X = layer(X, W, b) if i < len(weights) - last else X @ W + b
    return X


@forward_pass.mistake(
    "You put the last layer through the sigmoid, too. Its sums are the logits, and the "
    "loss turns them into probabilities."
)
def _activated_at_the_end(X, weights, biases):
    for W, b in zip(weights, biases, strict=True):
        X = 1 / (1 + np.exp(-(X @ W + b)))
    return X


forward_pass.mistake(
    "You turned the logits into probabilities with the softmax. That is left to the loss: return "
    "the sums of the last layer as they are.",
    lambda X, weights, biases: _softmax(_run(X, weights, biases)),
)
forward_pass.mistake(
    "Where are the sigmoids? Without them all layers collapse into one, (4.5).",
    lambda X, weights, biases: _run(X, weights, biases, last=len(weights)),
)
forward_pass.mistake(
    "Your last two layers have no sigmoid. Only the very last one goes without.",
    lambda X, weights, biases: _run(X, weights, biases, last=2),
)


@forward_pass.mistake(
    "You left out the sigmoid after the *first* layer. It is the last one that goes without."
)
def _not_activated_at_the_start(X, weights, biases):
    X = X @ weights[0] + biases[0]
    return _run(X, weights[1:], biases[1:], last=0)


@forward_pass.mistake("The first layer has no sigmoid with you. All layers have one but the last.")
def _activated_in_the_middle(X, weights, biases):
    if len(weights) == 1:
        return X @ weights[0] + biases[0]
    return _run(X @ weights[0] + biases[0], weights[1:], biases[1:])


forward_pass.mistake(
    "A network of a single layer comes out wrong, and the others are right. There the first layer "
    "is the last one as well, and it goes without a sigmoid.",
    lambda X, weights, biases: _run(X, weights, biases, last=int(len(weights) > 1)),
)


@forward_pass.mistake(
    "You recognise the last layer by the shape of its matrix, and a hidden layer may have the same "
    "shape. Ask for its place: go through all but the last, then do that one by itself."
)
def _last_by_its_shape(X, weights, biases):
    for W, b in zip(weights, biases, strict=True):
        X = X @ W + b if W.shape == weights[-1].shape else _sigmoid(X @ W + b)
    return X


forward_pass.mistake(
    "The biases are missing.",
    lambda X, weights, biases: _run(X, weights, [0] * len(weights)),
)
forward_pass.mistake(
    "The biases of the hidden layers are missing. Every layer adds its own.",
    lambda X, weights, biases: _run(X, weights, [0] * (len(weights) - 1) + biases[-1:]),
)
forward_pass.mistake(
    "The bias of the last layer is missing. Only its sigmoid is left out.",
    lambda X, weights, biases: _run(X, weights, [*biases[:-1], 0]),
)
forward_pass.mistake(
    "You added the bias after the sigmoid. In a hidden layer it belongs to the sum: σ(AW + b).",
    lambda X, weights, biases: _run(X, weights, biases, lambda A, W, b: _sigmoid(A @ W) + b),
)
forward_pass.mistake(
    "The bias of the hidden layers has the wrong sign. If you wrote the sigmoid out, look at its "
    "brackets: in exp(-(AW + b)) the minus stands before the whole sum.",
    lambda X, weights, biases: _run(X, weights, biases, lambda A, W, b: _sigmoid(A @ W - b)),
)
forward_pass.mistake(
    FALLING,
    lambda X, weights, biases: _run(X, weights, biases, lambda A, W, b: _sigmoid(-(A @ W + b))),
)
forward_pass.mistake(
    "Your hidden layers put out the derivative of the sigmoid, a(1 - a). The forward pass wants "
    "its value, a.",
    lambda X, weights, biases: _run(
        X, weights, biases, lambda A, W, b: _sigmoid(A @ W + b) * (1 - _sigmoid(A @ W + b))
    ),
)
OTHER_HIDDEN = (
    "You used another activation in the hidden layers. They have sigmoids: "
    "σ(z) = 1 / (1 + exp(-z))."
)
forward_pass.mistake(
    OTHER_HIDDEN,
    lambda X, weights, biases: _run(X, weights, biases, lambda A, W, b: np.tanh(A @ W + b)),
)
forward_pass.mistake(
    OTHER_HIDDEN,
    lambda X, weights, biases: _run(X, weights, biases, lambda A, W, b: np.maximum(A @ W + b, 0)),
)
forward_pass.mistake(
    OTHER_HIDDEN,
    lambda X, weights, biases: _run(X, weights, biases, lambda A, W, b: _softmax(A @ W + b)),
)
forward_pass.mistake(
    OTHER_HIDDEN,
    lambda X, weights, biases: _run(X, weights, biases, lambda A, W, b: 1.0 * (A @ W + b > 0)),
)
forward_pass.mistake(
    "That is the first hidden layer alone. Its output is the input of the next layer, and so on "
    "to the last.",
    lambda X, weights, biases: _sigmoid(X @ weights[0] + biases[0]),
)
forward_pass.mistake(
    "You stop before the last layer. Its sums, without a sigmoid, are what the network puts out.",
    lambda X, weights, biases: _run(X, weights[:-1], biases[:-1], last=0),
)
FROM_THE_INPUT = (
    "You feed X to every layer. Only the first layer sees X; each later one gets what the layer "
    "before it has put out, so let one variable carry that on."
)


@forward_pass.mistake(FROM_THE_INPUT)
def _input_again(X, weights, biases):
    A = X
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        A = _sigmoid(X @ W + b)
    return A @ weights[-1] + biases[-1]


@forward_pass.mistake(FROM_THE_INPUT)
def _input_again_unless_alone(X, weights, biases):
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        A = _sigmoid(X @ W + b)
    return A @ weights[-1] + biases[-1]


@forward_pass.mistake(FROM_THE_INPUT)
def _input_to_the_end(X, weights, biases):
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        _sigmoid(X @ W + b)
    return X @ weights[-1] + biases[-1]


@forward_pass.mistake(
    "You go from the first hidden layer straight to the last one. Does `return` stand inside the "
    "loop? The layers between are left out."
)
def _first_and_last(X, weights, biases):
    if len(weights) == 1:
        return None
    return _sigmoid(X @ weights[0] + biases[0]) @ weights[-1] + biases[-1]


@forward_pass.mistake(
    "You put the *input* through the sigmoid. First the sum, then the sigmoid, and none "
    "after the last sum."
)
def _activated_first(X, weights, biases):
    for W, b in zip(weights, biases, strict=True):
        X = _sigmoid(X) @ W + b
    return X


ALL_LAYERS = "You return what all layers put out. Only what comes out of the last is wanted."


@forward_pass.mistake(ALL_LAYERS)
def _list_of_all(X, weights, biases):
    ends = range(1, len(weights))
    hidden = [_run(X, weights[:i], biases[:i], last=0) for i in ends]
    return [X, *hidden, _run(X, weights, biases)]


forward_pass.mistake(ALL_LAYERS, lambda X, weights, biases: _list_of_all(X, weights, biases)[1:])


def _matrices(rng):
    hand = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([7.0, 8.0, 9.0])
    return [hand, *(_layer(rng, 1, *sizes)[1:] for sizes in ((4, 2), (3, 3), (8, 1)))]


@exercise(
    stars=2,
    cases=_matrices,
    judge=parts_agree_with(
        lambda W, b: (list(zip(*W, strict=True)), [[bias] for bias in b]), ("W", "b")
    ),
    hints=[
        "The transpose of a product is the product of the transposes in the other order: "
        "(x W)ᵀ = Wᵀ xᵀ.",
        "Weights: `W.T`. Bias: a column, `b[:, None]`.",
    ],
    lesson="The two conventions differ by a transpose; mixing them is what goes wrong.",
)
def to_columns(W, b):
    """Weights and bias of the same layer for the columns convention, z = W x + b."""
    return W.T, b[:, None]


to_columns.mistake(
    "b is right. `reshape` reads the numbers of W row by row into the other shape, so they end up "
    "in wrong places. The transpose, `W.T`, turns rows into columns.",
    lambda W, b: (W.reshape(W.shape[::-1]), b[:, None]),
)
to_columns.mistake(
    "W is right. b is still a vector, with one axis, and `.T` does nothing to it. A column has "
    "two axes: `b[:, None]`.",
    lambda W, b: (W.T, b.T),
)
to_columns.mistake(
    "W is right. b is a row now, shape (1, n). A column is `b[:, None]`, shape (n, 1).",
    lambda W, b: (W.T, b[None, :]),
)
to_columns.mistake(
    "b is right. The weights are still those for rows: their transpose, (n_out, n_in), is `W.T`.",
    lambda W, b: (W, b[:, None]),
)
to_columns.mistake(
    "Those are still the W and b for rows. W has to be transposed, and b has to become a column.",
    lambda W, b: (W, b),
)
to_columns.mistake(
    "`reshape` reads the numbers of W row by row into the other shape, so they end up in wrong "
    "places; use `W.T`. And the bias has to become a column, `b[:, None]`.",
    lambda W, b: (W.reshape(W.shape[::-1]), b),
)
REVERSED = (
    "b is right. You reversed an order: the rows or columns of W come backwards. The transpose "
    "`W.T` leaves them in order, and makes a column of each row."
)
to_columns.mistake(REVERSED, lambda W, b: (W[::-1], b[:, None]))
to_columns.mistake(REVERSED, lambda W, b: (W[:, ::-1], b[:, None]))
to_columns.mistake(REVERSED, lambda W, b: (np.rot90(W), b[:, None]))
to_columns.mistake(REVERSED, lambda W, b: (np.rot90(W, -1), b[:, None]))
to_columns.mistake(
    "W is right. You repeat the bias, one column for each input. One column is enough: "
    "broadcasting adds it to every example.",
    lambda W, b: (W.T, np.tile(b[:, None], (1, W.shape[0]))),
)
to_columns.mistake(
    "W is right. You put the biases on the diagonal of a matrix. What is wanted is a column, one "
    "bias below the other: `b[:, None]`.",
    lambda W, b: (W.T, np.diag(b)),
)
to_columns.mistake(
    "W is right. You added the biases together. Each unit keeps its own, in a column.",
    lambda W, b: (W.T, b.sum(keepdims=True)[:, None]),
)
to_columns.mistake(
    "W has an axis too many. The transpose has two axes already; only b needs a new one.",
    lambda W, b: (W.T[:, :, None], b[:, None]),
)
to_columns.mistake(
    "b has an axis too many: a column has two, shape (n, 1).",
    lambda W, b: (W.T, b[:, None, None]),
)


def _two_layers(rng):
    hand = (np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([1.0, -1.0]),
            np.array([[1.0, 0.0], [3.0, 1.0]]), np.array([0.5, 2.0]))  # fmt: skip
    cases = [hand]
    for n_in, hidden, n_out in ((3, 3, 3), (2, 2, 2), (2, 4, 3), (4, 2, 1)):
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
AS_IT_IS = (
    "W is right. The first bias does not reach the output as it is: the second layer's "
    "weights multiply it."
)
collapse.mistake(AS_IT_IS, lambda W1, b1, W2, b2: (W1 @ W2, b1.sum() + b2))
collapse.mistake(AS_IT_IS, lambda W1, b1, W2, b2: (W1 @ W2, b1 + b2))
collapse.mistake(
    "W is right. b1 and b2 are multiplied with each other in your b. The weights W2 multiply b1, "
    "and b2 is added to that.",
    lambda W1, b1, W2, b2: (W1 @ W2, b1 * b2),
)
collapse.mistake(
    "b is right. The order of the matrices is wrong: X meets W1 first, so it is W1 W2.",
    lambda W1, b1, W2, b2: (W2 @ W1, b1 @ W2 + b2),
)
collapse.mistake(
    "b is right. `*` multiplies entry by entry. Two layers in a row make the product of their "
    "matrices, `@`.",
    lambda W1, b1, W2, b2: (W1 * W2, b1 @ W2 + b2),
)
collapse.mistake(
    "b is right. You added the matrices. X goes through W1, and what comes out through W2, so "
    "they are multiplied.",
    lambda W1, b1, W2, b2: (W1 + W2, b1 @ W2 + b2),
)
ADDED = (
    "You added the weights and the biases of the two layers. They work one after the other: put "
    "the first sum into the second, and multiply out."
)
collapse.mistake(ADDED, lambda W1, b1, W2, b2: (W1 + W2, b1 + b2))
collapse.mistake(
    "W is right. Only the first bias goes through the second layer; the second is added after it.",
    lambda W1, b1, W2, b2: (W1 @ W2, (b1 + b2) @ W2),
)
collapse.mistake(
    "W is right. The biases are exchanged: b1 goes through the second layer, and b2 is added "
    "after it.",
    lambda W1, b1, W2, b2: (W1 @ W2, b1 + b2 @ W2),
)
collapse.mistake(
    "W is right. b1 is added after W1, so only W2 multiplies it, and not W1.",
    lambda W1, b1, W2, b2: (W1 @ W2, b1 @ W1 + b2),
)
collapse.mistake(
    "W is right. b1 is added after W1, so only W2 multiplies it, and not the product W1 W2. Did "
    "you overwrite W2 with the product before you used it?",
    lambda W1, b1, W2, b2: (W1 @ W2, b1 @ (W1 @ W2) + b2),
)
collapse.mistake(
    "W is right. b1 stands in a row, so it comes first, b1 W2: the sums run down the columns of "
    "W2. Yours run along its rows.",
    lambda W1, b1, W2, b2: (W1 @ W2, W2 @ b1 + b2),
)
collapse.mistake(
    "W is right. In b the second bias is added, not multiplied.",
    lambda W1, b1, W2, b2: (W1 @ W2, (b1 @ W2) * b2),
)
collapse.mistake(
    "W is right. In b the second bias is added, not subtracted.",
    lambda W1, b1, W2, b2: (W1 @ W2, b1 @ W2 - b2),
)
NOT_SUMMED = (
    "W is right. `*` multiplies b1 with W2 entry by entry, and nothing is summed. b1 goes through "
    "the second layer like a row of X: `@`."
)
collapse.mistake(NOT_SUMMED, lambda W1, b1, W2, b2: (W1 @ W2, b1[:, None] * W2 + b2))
collapse.mistake(NOT_SUMMED, lambda W1, b1, W2, b2: (W1 @ W2, b1 * W2 + b2))
collapse.mistake(
    "W is right. You summed before you multiplied. Each entry of b1 meets its own row of W2 "
    "first; then these are added up, as `@` does.",
    lambda W1, b1, W2, b2: (W1 @ W2, b1.sum() * W2.sum(axis=0) + b2),
)
collapse.mistake(
    "W is right. There is no sigmoid between these two layers: b1 goes through W2 as it is.",
    lambda W1, b1, W2, b2: (W1 @ W2, _sigmoid(b1) @ W2 + b2),
)


collapse.mistake(
    "b is right. You added the first bias to the weights W1. It has gone into b; W is the product "
    "of the two matrices alone.",
    lambda W1, b1, W2, b2: ((W1 + b1) @ W2, b1 @ W2 + b2),
)


def _count_by_layers(sizes):
    return sum(a * b + b for a, b in _pairs(sizes))


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
    "Those are the weights alone. Each unit has a bias, too.",
    lambda sizes: sum(a * b for a, b in zip(sizes[:-1], sizes[1:], strict=True)),
)
count_parameters.mistake(
    "You gave each layer as many biases as it has inputs. It has one for each unit.",
    lambda sizes: sum(a * b + a for a, b in _pairs(sizes)),
)
count_parameters.mistake(
    "Each *unit* has a bias of its own, not each layer.",
    lambda sizes: sum(a * b + 1 for a, b in _pairs(sizes)),
)
count_parameters.mistake(
    "All your layers have the inputs of the network. A layer's inputs are the units of the layer "
    "just before it.",
    lambda sizes: sum((sizes[0] + 1) * n for n in sizes[1:]),
)
count_parameters.mistake(
    "You join every layer to all later ones. Each layer is joined to the next alone.",
    lambda sizes: sum((a + 1) * b for i, a in enumerate(sizes) for b in sizes[i + 1 :]),
)
count_parameters.mistake(
    "Inputs have no bias, only units have one. The rest is right.",
    lambda sizes: sum(a * b for a, b in _pairs(sizes)) + sum(sizes),
)
count_parameters.mistake(
    "You add 1 to both sizes of a pair. Only n_in gets one more, for the bias: each unit has n_in "
    "weights and one bias, (n_in + 1) n_out.",
    lambda sizes: sum((a + 1) * (b + 1) for a, b in _pairs(sizes)),
)
count_parameters.mistake(
    "The biases of the output layer are missing. Its units have biases like all others.",
    lambda sizes: sum(a * b for a, b in _pairs(sizes)) + sum(sizes[1:-1]),
)
count_parameters.mistake(
    "You counted the biases of the first layer alone. Every layer has them.",
    lambda sizes: sum(a * b for a, b in _pairs(sizes)) + sizes[1],
)
count_parameters.mistake(
    "You counted the biases of the last layer alone. Every layer has them.",
    lambda sizes: sum(a * b for a, b in _pairs(sizes)) + sizes[-1],
)
count_parameters.mistake(
    "You added n_in and n_out. Every input is joined to every unit, so they are multiplied. If "
    "you wrote a + 1 * b, it needs brackets: (a + 1) * b.",
    lambda sizes: sum(a + b for a, b in _pairs(sizes)),
)
UNITS = "You counted units. Count the numbers that training may change: weights and biases."
count_parameters.mistake(UNITS, lambda sizes: sum(sizes))
count_parameters.mistake(UNITS, lambda sizes: sum(sizes[1:]))
count_parameters.mistake(
    "You multiplied all sizes with each other. Multiply neighbouring sizes only, and add these "
    "products up; then come the biases.",
    lambda sizes: int(np.prod(sizes)),
)
count_parameters.mistake(
    "You multiplied the counts of the layers with each other. They are added up.",
    lambda sizes: int(np.prod([(a + 1) * b for a, b in _pairs(sizes)])),
)
count_parameters.mistake(
    "Only the last layer is counted: in your loop each count replaces the one before. Add with "
    "`+=`.",
    lambda sizes: _count_by_layers(sizes[-2:]),
)
count_parameters.mistake(
    "Only the first layer is counted. Does `return` stand inside the loop?",
    lambda sizes: _count_by_layers(sizes[:2]),
)
count_parameters.mistake(
    "The last layer is missing: your loop ends one step too early. Between n sizes there are "
    "n - 1 pairs.",
    lambda sizes: _count_by_layers(sizes[:-1]),
)
count_parameters.mistake(
    "The first layer is missing: it leads from the inputs, sizes[0], to the first units.",
    lambda sizes: _count_by_layers(sizes[1:]),
)
count_parameters.mistake(
    "You also counted a layer from the last size to the first: `sizes[-1]` is the last entry. "
    "Begin the loop one step later.",
    lambda sizes: _count_by_layers([sizes[-1], *sizes]),
)
count_parameters.mistake(
    "You go on in steps of two. Every size but the first and the last belongs to two pairs: it "
    "ends one and begins the next.",
    lambda sizes: sum((a + 1) * b for a, b in _pairs(sizes)[::2]),
)


def _batches(rng):
    hand = (
        np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
        np.array([[1.0, -1.0], [0.0, 2.0]]),
        np.array([10.0, 20]),
    )
    sizes = ((3, 3, 3), (4, 3, 2), (5, 2, 1), (1, 4, 2))
    singles = [_layer(rng, 1, n_in, n_out) for n_in, n_out in ((3, 3), (4, 2))]
    batches = (_layer(rng, *three) for three in sizes)
    return [hand, *batches, *((X[0], W, b) for X, W, b in singles)]


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


NO_BIAS = "The bias is missing."
TRANSPOSED = (
    "You used the transpose of W. A square matrix does not complain, but the sums run over the "
    "wrong axis all the same."
)
ACTIVATED = "Dense is the sum alone. The sigmoid is a layer of its own."


@dense_forward.mistake(NO_BIAS)
def _no_bias(X, W, b):
    X = X[None, :] if X.ndim == 1 else X
    return X @ W


dense_forward.mistake(NO_BIAS, lambda X, W, b: X @ W)
dense_forward.mistake(TRANSPOSED, lambda X, W, b: _rows(X) @ W.T + b)
dense_forward.mistake(TRANSPOSED, lambda X, W, b: X @ W.T + b)
dense_forward.mistake(ACTIVATED, lambda X, W, b: _sigmoid(_rows(X) @ W + b))
dense_forward.mistake(ACTIVATED, lambda X, W, b: _sigmoid(X @ W + b))
dense_forward.mistake(
    "You added one bias per example, down the rows. Each unit has its own: b lies along "
    "each row, so plain `+ b` is right.",
    lambda X, W, b: _rows(X) @ W + b[:, None],
)
dense_forward.mistake(
    "`*` multiplies entry by entry. A weighted sum is the product `@`.",
    lambda X, W, b: _rows(X) * W + b,
)
dense_forward.mistake(
    "Right for a batch. For a single example the bias is missing: it goes through the same "
    "X W + b.",
    lambda X, W, b: _rows(X) @ W + b * (X.ndim == 2),
)
dense_forward.mistake(
    "Right for a batch. To a single example you add the bias twice.",
    lambda X, W, b: _rows(X) @ W + b * (3 - X.ndim),
)
dense_forward.mistake(
    "Right for a single example. For a batch the bias is missing.",
    lambda X, W, b: _rows(X) @ W + b * (X.ndim == 1),
)
dense_forward.mistake(
    "You subtracted the bias. It is added: X W + b.", lambda X, W, b: _rows(X) @ W - b
)
dense_forward.mistake(ONE_BIAS, lambda X, W, b: _rows(X) @ W + b.sum())
dense_forward.mistake(
    "You added the bias to the weights. Add it once, after the product: X W + b.",
    lambda X, W, b: _rows(X) @ (W + b),
)
dense_forward.mistake(
    "You multiplied by the bias. It is added: X W + b.", lambda X, W, b: _rows(X) @ W * b
)
dense_forward.mistake(
    "Only the first example of a batch comes out. Z has a row for each example.",
    lambda X, W, b: _rows(X)[:1] @ W + b,
)
ALWAYS_NEW = "A batch has its rows already: add an axis only if `X.ndim == 1`."
dense_forward.mistake(ALWAYS_NEW, lambda X, W, b: X[None] @ W + b)
dense_forward.mistake(
    "Your condition is the wrong way round: it is the single example, `X.ndim == 1`, that needs a "
    "new axis, and not the batch.",
    lambda X, W, b: (X[None] if X.ndim == 2 else X) @ W + b,
)
dense_forward.mistake(
    "You ask for the length of X. `len(X)` is 1 for a batch of one, which has its row already; a "
    "single example has as many entries as there are inputs. Ask for the number of axes, `X.ndim`.",
    lambda X, W, b: (X[None, :] if len(X) == 1 else X) @ W + b,
)
dense_forward.mistake(
    "Right for a batch. A single example, X of shape (n_in,), should come out as a batch "
    "of one, shape (1, n_out): make a row of it first.",
    lambda X, W, b: X @ W + b,
)
dense_forward.mistake(
    "You take X for a single example when it has as many rows as there are inputs, and a batch may "
    "have as many. Ask for the number of axes, `X.ndim`.",
    lambda X, W, b: (X.reshape(1, -1) if len(X) == len(W) else X) @ W + b,
)
KEEP_THE_ROW = (
    "The numbers are right, but where there is one example or one unit, an axis is taken away at "
    "the end. A batch of one has shape (1, n_out): leave it so."
)
dense_forward.mistake(KEEP_THE_ROW, lambda X, W, b: np.squeeze(_rows(X) @ W + b))


@dense_forward.mistake(KEEP_THE_ROW)
def _first_of_one(X, W, b):
    Z = _rows(X) @ W + b
    return Z[0] if len(Z) == 1 else Z


REFUSED = (
    "Right for a batch. A single example, X of shape (n_in,), stops your code with an error. Make "
    "a batch of one of it before anything else: one *row*, shape (1, n_in)."
)


@dense_forward.mistake(REFUSED)
def _stopped_by_a_value(X, W, b):
    if X.ndim == 1:
        raise ValueError
    return X @ W + b


@dense_forward.mistake(REFUSED)
def _stopped_by_an_index(X, W, b):
    return X[:, :] @ W + b


dense_forward.mistake(
    "You lay out the whole batch as one long row. Only a single example becomes one row; a batch "
    "keeps its rows.",
    lambda X, W, b: X.reshape(1, -1) @ W + b,
)
dense_forward.mistake(
    "Right for a batch. You repeat the single example, once for each input. One row is enough, "
    "shape (1, n_in).",
    lambda X, W, b: (X if X.ndim == 2 else np.tile(X, (len(W), 1))) @ W + b,
)
dense_forward.mistake(
    "Right for a batch. A single example gets two new axes from you, and needs one: its shape "
    "(n_in,) should become (1, n_in).",
    lambda X, W, b: (X if X.ndim == 2 else X[None, None]) @ W + b,
)
dense_forward.mistake(
    "Right for a batch. A single example should come out as a row, shape (1, n_out); yours is a "
    "column.",
    lambda X, W, b: _rows(X) @ W + b if X.ndim == 2 else (X @ W + b)[:, None],
)
dense_forward.mistake(
    "Right for a single example. For a batch your function returns None: is `return` inside the "
    "`if`?",
    lambda X, W, b: None if X.ndim == 2 else _rows(X) @ W + b,
)
dense_forward.mistake(
    "Right for a batch. For a single example your function returns None: is `return` missing in "
    "the branch for it?",
    lambda X, W, b: X @ W + b if X.ndim == 2 else None,
)
