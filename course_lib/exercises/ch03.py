"""Logistic and softmax regression.

The exercises of notebook 03. One example per row: X is (m, n). For two classes w is (n,), b
a number and y (m,); for k classes W is (n, k), b (k,) and Y (m, k), one-hot.
"""

import numpy as np

from course_lib.exercises.engine.exercise import Misconception, exercise
from course_lib.exercises.engine.judging import CORRECT, agrees_with, are_derivatives
from course_lib.gradcheck import numerical_gradient

TITLE = "Logistic and softmax regression"


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _softmax(Z):
    E = np.exp(Z)
    return E / E.sum(axis=1, keepdims=True)


# --------------------------------------------------------------------------- cross_entropy


def _probabilities(rng):
    hand = (np.array([0.5, 0.25]), np.array([1.0, 0.0]))
    sure = (np.array([0.999, 0.002]), np.array([0.0, 1.0]))
    drawn = [(rng.uniform(0.05, 0.95, m), rng.permutation(m) % 2.0) for m in (4, 7)]
    return [hand, *drawn, sure]


def _one_by_one(a, y):
    return -sum(np.log(p if label else 1 - p) for p, label in zip(a, y, strict=True)) / len(y)


def _not_minus(a, y):
    return (y * np.log(a) + (1 - y) * np.log(1 - a)).mean()


def _summed_up(a, y):
    return -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum()


def _ones_only(a, y):
    return -(y * np.log(a)).mean()


def _in_bits(a, y):
    return -(y * np.log2(a) + (1 - y) * np.log2(1 - a)).mean()


def _squares(a, y):
    return ((a - y) ** 2).mean()


def _labels_turned(a, y):
    return -((1 - y) * np.log(a) + y * np.log(1 - a)).mean()


def _one_each(a, y):
    return -(y * np.log(a) + (1 - y) * np.log(1 - a))


@exercise(
    stars=1,
    cases=_probabilities,
    judge=agrees_with(_one_by_one, "That is not the mean cross-entropy."),
    misconceptions=[
        Misconception(
            _not_minus,
            "The sign: logarithms of probabilities are negative, and a cost should be positive. "
            "The minus turns the likelihood, to be made large, into a cost, to be made small.",
        ),
        Misconception(_summed_up, "That is the sum over the examples. The cost is their mean."),
        Misconception(
            _ones_only,
            "You left out the second term: examples with y = 0 cost nothing, so a model that "
            "always says 1 would look perfect.",
        ),
        Misconception(
            _in_bits, "You took logarithms to base 2. (3.4) has the natural one, `np.log`."
        ),
        Misconception(_squares, "That is the squared error; (3.4) has logarithms."),
        Misconception(
            _labels_turned,
            "The two terms are exchanged: where y = 1, the cost is -log a, not -log(1 - a).",
        ),
        Misconception(_one_each, "That is one loss per example. The cost is their mean."),
    ],
    hints=[
        "The loss of one example is -log of the probability that the model gave to what happened.",
        "With labels 0 and 1, `y * np.log(a) + (1 - y) * np.log(1 - a)` picks the right one.",
    ],
    lesson="Being sure and wrong is dear: -log a grows without bound as a goes to 0.",
)
def cross_entropy(a, y):
    """The cost (3.4) of probabilities a (m,) for labels y (m,)."""
    return -(y * np.log(a) + (1 - y) * np.log(1 - a)).mean()


# --------------------------------------------------------------------------- logistic_gradient


def _binary(rng):
    small = np.array([[1.0, 2.0], [3.0, 0.0], [-1.0, 1.0]]), np.array([1.0, 0.0, 1.0])
    problems = [(*small, np.array([0.5, -0.5]), 0.25)]
    for m, n in ((5, 2), (6, 3), (4, 4)):
        y = rng.permutation(m) % 2.0
        problems.append((rng.normal(size=(m, n)), y, rng.normal(size=n), float(rng.normal())))
    return problems


def _binary_cost(X, y, w, b):
    return _one_by_one(_sigmoid(X @ w + b), y)


def _judge_binary(cases, values):
    for (X, y, w, b), value in zip(cases, values, strict=True):
        dw = numerical_gradient(lambda w: _binary_cost(X, y, w, b), w)  # noqa: B023
        db = numerical_gradient(lambda b: _binary_cost(X, y, w, b), b)  # noqa: B023
        verdict = are_derivatives(("dw", "db"), value, (dw, db), (X, y, w, b))
        if verdict is not CORRECT:
            return verdict
    return CORRECT


def _y_minus_a(X, y, w, b):
    a = 1 / (1 + np.exp(-(X @ w + b)))
    return X.T @ (y - a) / len(y), (y - a).mean()


def _sum_gradient(X, y, w, b):
    d = _sigmoid(X @ w + b) - y
    return X.T @ d, d.sum()


def _with_slope(X, y, w, b):
    a = _sigmoid(X @ w + b)
    d = (a - y) * a * (1 - a)
    return X.T @ d / len(y), d.mean()


def _squared_slope(X, y, w, b):
    a = _sigmoid(X @ w + b)
    d = 2 * (a - y) * a * (1 - a)
    return X.T @ d / len(y), d.mean()


def _without_sigmoid(X, y, w, b):
    d = X @ w + b - y
    return X.T @ d / len(y), d.mean()


def _bias_not_averaged(X, y, w, b):
    d = _sigmoid(X @ w + b) - y
    return X.T @ d / len(y), d.sum()


def _bias_not_summed(X, y, w, b):
    d = _sigmoid(X @ w + b) - y
    return X.T @ d / len(y), d / len(y)


def _exchanged(X, y, w, b):
    d = _sigmoid(X @ w + b) - y
    return d.mean(), X.T @ d / len(y)


@exercise(
    stars=2,
    cases=_binary,
    judge=_judge_binary,
    misconceptions=[
        Misconception(
            _y_minus_a,
            "The sign: that is the way downhill, with y - a. The gradient is made of a - y; the "
            "minus comes with the step.",
        ),
        Misconception(_sum_gradient, "Those are sums over the examples; the cost is a mean."),
        Misconception(
            _with_slope,
            "There is a factor a(1 - a) too many: for the cross-entropy it cancels, (3.6).",
        ),
        Misconception(
            _squared_slope, "That is the gradient of the squared error. The cost here is (3.4)."
        ),
        Misconception(
            _without_sigmoid,
            "You compare the labels with the logits z. Put them through the sigmoid first.",
        ),
        Misconception(_bias_not_averaged, "dw is right. db is a mean too: divide by m."),
        Misconception(
            _bias_not_summed,
            "dw is right. b is one number, so db is one: add up what all examples say.",
        ),
        Misconception(_exchanged, "They come in the other order: `return dw, db`."),
    ],
    hints=[
        "First a = σ(Xw + b), then the errors a - y, one per example.",
        "dw is the mean over the examples of error times input: `X.T @ (a - y) / len(y)`.",
        "b multiplies an input that is always 1, so db is the mean of the errors.",
    ],
    lesson="Prediction minus label, times input: the same form as for least squares.",
)
def logistic_gradient(X, y, w, b):
    """The gradient (3.7) of the mean cross-entropy: dw (n,) and db, a number."""
    a = 1 / (1 + np.exp(-(X @ w + b)))
    return X.T @ (a - y) / len(y), (a - y).mean()


# --------------------------------------------------------------------------- centre_rows


def _squares_of_numbers(rng):
    hand, one_row = np.array([[1.0, 3.0], [10.0, 20.0]]), np.array([[1.0, 2.0, 6.0, 3.0]])
    return [(hand,), *((rng.normal(size=(n, n)) * 5,) for n in (3, 4)), (one_row,)]


def _no_axis_kept(X):
    return X - X.mean(axis=1)


def _columns(X):
    return X - X.mean(axis=0)


def _all_together(X):
    return X - X.mean()


def _just_the_means(X):
    return X.mean(axis=1)


def _sums(X):
    return X - X.sum(axis=1, keepdims=True)


@exercise(
    stars=1,
    cases=_squares_of_numbers,
    judge=agrees_with(
        lambda X: np.array([row - sum(row) / len(row) for row in X]),
        "Not every row of the result has mean 0 and the differences that it had.",
    ),
    misconceptions=[
        Misconception(
            _no_axis_kept,
            "The trap itself: the mean of row 2 is subtracted from *column* 2. `X.mean(axis=1)` is "
            "one-dimensional, and lies along the columns. Keep the axis: "
            "`X.mean(axis=1, keepdims=True)`.",
        ),
        Misconception(_columns, "You centred the columns. The mean of a row runs along axis 1."),
        Misconception(_all_together, "You subtracted one mean, that of the whole table."),
        Misconception(_just_the_means, "Those are the means. Subtract each from its row."),
        Misconception(_sums, "You subtracted the sum of each row, not its mean."),
    ],
    hints=[
        "The means of the rows must stand in a column, shape (m, 1), to broadcast along each row.",
        "`X.mean(axis=1, keepdims=True)`, or `X.mean(axis=1)[:, None]`.",
    ],
    lesson="A square table makes this mistake silent; most other shapes would complain.",
)
def centre_rows(X):
    """X with the mean of each row subtracted from that row."""
    return X - X.mean(axis=1, keepdims=True)


# --------------------------------------------------------------------------- softmax_rows


def _logits(rng):
    hand = np.array([[0.0, np.log(3)], [2.0, 2.0]])
    large = np.array([[1000.0, 1001.0, 999.0], [-1000.0, -1001.0, -1000.0], [0.0, 3.0, -745.0],
                      [0.0, 2000.0, 0.0], [2000.0, 0.0, 0.0], [-2000.0, -2000.0, 5.0]])  # fmt: skip
    return [(hand,), (rng.normal(size=(4, 3)) * 2,), (rng.normal(size=(2, 5)),), (large,)]


def _row_by_row(Z):
    rows = []
    for row in Z:
        shares = [np.exp(min(z - max(row), 0)) for z in row]
        rows.append([share / sum(shares) for share in shares])
    return np.array(rows)


def _down_the_columns(Z):
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)


def _over_everything(Z):
    E = np.exp(Z - Z.max())
    return E / E.sum()


def _of_the_index(Z):
    E = np.exp(np.arange(Z.shape[1])) * np.ones_like(Z)
    return E / E.sum(axis=1, keepdims=True)


def _overflowing(Z):
    return np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)


def _one_maximum(Z):
    E = np.exp(Z - Z.max())
    return E / E.sum(axis=1, keepdims=True)


def _not_normalised(Z):
    return np.exp(Z - Z.max(axis=1, keepdims=True))


def _naive_columns(Z):
    return np.exp(Z) / np.exp(Z).sum(axis=0)


def _naive_everything(Z):
    return np.exp(Z) / np.exp(Z).sum()


def _naive_unnormalised(Z):
    return np.exp(Z)


def _mean_subtracted(Z):
    E = np.exp(Z - Z.mean(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def _without_exp(Z):
    return Z / Z.sum(axis=1, keepdims=True)


@exercise(
    stars=2,
    cases=_logits,
    judge=agrees_with(_row_by_row, "Those are not the softmax of each row."),
    misconceptions=[
        Misconception(
            _overflowing,
            "Right for small logits, NaN for large ones: exp(1000) is more than a float can hold. "
            "Subtract the largest logit of each row first, (3.13); it changes nothing else.",
        ),
        Misconception(
            _one_maximum,
            "You subtracted the largest logit of the whole table. A row far below it becomes 0/0: "
            "each row needs its own maximum.",
        ),
        Misconception(
            _down_the_columns,
            "Your columns sum to 1, and your rows should: the classes lie along axis 1.",
        ),
        Misconception(
            _over_everything,
            "All entries together sum to 1. Each example is a distribution of its own: sum along "
            "axis 1, and keep the axis.",
        ),
        Misconception(
            _of_the_index,
            "You exponentiate the number of the class in place of its logit: every example gets "
            "the same answer.",
        ),
        Misconception(_not_normalised, "Now divide each row by its sum."),
        Misconception(
            _naive_columns,
            "Your columns sum to 1, and your rows should: the classes lie along axis 1.",
        ),
        Misconception(
            _naive_everything,
            "All entries together sum to 1. Each example is a distribution of its own: sum along "
            "axis 1, and keep the axis.",
        ),
        Misconception(_naive_unnormalised, "Now divide each row by its sum."),
        Misconception(
            _mean_subtracted,
            "Subtracting the mean helps only while no logit is far above it: [0, 2000] still "
            "overflows. Subtract the largest of each row, then none is above 0.",
        ),
        Misconception(_without_exp, "Without exp, shares can be negative, or divided by zero."),
    ],
    hints=[
        "exp of every logit, divided by the sum of its row.",
        "`keepdims=True` keeps the sums in a column, so that each divides its own row.",
        "Before exp, subtract from each row its maximum: `Z - Z.max(axis=1, keepdims=True)`.",
    ],
    lesson="Only differences of logits count; so we may choose them to be at most 0.",
)
def softmax_rows(Z):
    """Row by row exp(z_j) / Σ exp(z), for logits of any size."""
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


# --------------------------------------------------------------------------- softmax_gradient


def _classes(rng):
    hand = (np.array([[1.0, 2.0], [0.0, -1.0]]), np.eye(2), np.array([[1.0, 0.0], [0.5, -0.5]]),
            np.zeros(2))  # fmt: skip
    problems = [hand]
    for m, n, k in ((5, 2, 3), (4, 3, 4), (3, 3, 3)):
        Y = np.eye(k)[rng.integers(0, k, m)]
        problems.append((rng.normal(size=(m, n)), Y, rng.normal(size=(n, k)), rng.normal(size=k)))
    return problems


def _softmax_cost(X, Y, W, b):
    return -(Y * np.log(_softmax(X @ W + b))).sum() / len(X)


def _judge_classes(cases, values):
    for (X, Y, W, b), value in zip(cases, values, strict=True):
        dW = numerical_gradient(lambda W: _softmax_cost(X, Y, W, b), W)  # noqa: B023
        db = numerical_gradient(lambda b: _softmax_cost(X, Y, W, b), b)  # noqa: B023
        verdict = are_derivatives(("dW", "db"), value, (dW, db), (X, Y, W, b))
        if verdict is not CORRECT:
            return verdict
    return CORRECT


def _labels_minus(X, Y, W, b):
    E = np.exp(X @ W + b)
    P = E / E.sum(axis=1, keepdims=True)
    D = (Y - P) / len(X)
    return X.T @ D, D.sum(axis=0)


def _not_averaged(X, Y, W, b):
    D = _softmax(X @ W + b) - Y
    return X.T @ D, D.sum(axis=0)


def _averaged_twice(X, Y, W, b):
    D = (_softmax(X @ W + b) - Y) / len(X)
    return X.T @ D / len(X), D.mean(axis=0)


def _labels_forgotten(X, Y, W, b):
    P = _softmax(X @ W + b) / len(X)
    return X.T @ P, P.sum(axis=0)


def _sigmoids(X, Y, W, b):
    D = (_sigmoid(X @ W + b) - Y) / len(X)
    return X.T @ D, D.sum(axis=0)


def _own_slope_only(X, Y, W, b):
    P = _softmax(X @ W + b)
    D = (P - Y) * P * (1 - P) / len(X)
    return X.T @ D, D.sum(axis=0)


def _of_logits(X, Y, W, b):
    D = (X @ W + b - Y) / len(X)
    return X.T @ D, D.sum(axis=0)


def _bias_as_one(X, Y, W, b):
    D = (_softmax(X @ W + b) - Y) / len(X)
    return X.T @ D, D


def _bias_averaged(X, Y, W, b):
    D = (_softmax(X @ W + b) - Y) / len(X)
    return X.T @ D, D.mean(axis=0)


def _other_order(X, Y, W, b):
    D = (_softmax(X @ W + b) - Y) / len(X)
    return D.sum(axis=0), X.T @ D


def _transposed(X, Y, W, b):
    D = (_softmax(X @ W + b) - Y) / len(X)
    return D.T @ X, D.sum(axis=0)


@exercise(
    stars=3,
    cases=_classes,
    judge=_judge_classes,
    misconceptions=[
        Misconception(
            _labels_minus,
            "The sign: that is the way downhill. The gradient by the logits has P - Y, (3.15).",
        ),
        Misconception(
            _not_averaged, "Those are sums over the examples. The cost is a mean: divide by m."
        ),
        Misconception(_averaged_twice, "You divided by m twice."),
        Misconception(
            _labels_forgotten,
            "Where are the labels? With P alone, every class is pushed down, also the right one.",
        ),
        Misconception(
            _sigmoids,
            "You used a sigmoid per class. The classes of one example share one softmax.",
        ),
        Misconception(
            _own_slope_only,
            "There is a factor P(1 - P) too many. All parts of the chain rule, also those of the "
            "other classes, together leave just P - Y.",
        ),
        Misconception(_of_logits, "You compare labels with logits: softmax first."),
        Misconception(
            _bias_as_one, "dW is right. Each class has one bias: sum over the examples, axis 0."
        ),
        Misconception(
            _bias_averaged, "dW is right. D has its 1/m already: for db take the sum, not the mean."
        ),
        Misconception(_other_order, "They come in the other order: `return dW, db`."),
        Misconception(_transposed, "dW is transposed: it has the shape of W, (n, k)."),
    ],
    hints=[
        "First P, the softmax of each row of XW + b; then D = (P - Y) / m, (3.15).",
        "W meets the examples through X: dW is `X.T @ D`, of the shape of W.",
        "b reaches every example with weight 1: db is the sum of D over the examples.",
    ],
    lesson="Two classes or ten, one layer or twenty: it begins with prediction minus label.",
)
def softmax_gradient(X, Y, W, b):
    """The gradient of the mean cross-entropy: dW (n, k) and db (k,)."""
    Z = X @ W + b
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    D = (P - Y) / len(X)
    return X.T @ D, D.sum(axis=0)


# --------------------------------------------------------------------------- safe_cross_entropy


UNSAFE = (
    "Right for small logits, infinite or NaN for large ones: either exp(1000) overflows, or a "
    "probability rounds to 0 or 1, and its logarithm is -∞. Use (3.16), with `np.logaddexp(0, z)` "
    "for log(1 + exp(z))."
)
CLIPPED = (
    "Keeping the probability away from 0 and 1 hides the infinity and tells a wrong number: a "
    "logit of 1000 for the wrong class costs 1000, and yours far less. Start from the logit, "
    "(3.16)."
)


def _sure_logits(rng):
    hand = (np.array([0.0, 0.0]), np.array([1.0, 0.0]))
    sure = (np.array([1000.0, -1000.0, 800.0, -30.0]), np.array([0.0, 1.0, 1.0, 1.0]))
    drawn = [(rng.normal(size=m) * 3, rng.permutation(m) % 2.0) for m in (4, 6)]
    single = [([-900], [0]), ([35, -35], [0, 1]), ([6, -6], [0, 1]), ([1500], [0]), ([9], [0])]
    return [hand, *drawn, sure, *(tuple(np.array(a, dtype=float) for a in pair) for pair in single)]


def _by_cases(z, y):
    losses = []
    for logit, label in zip(z, y, strict=True):
        towards = logit if label else -logit  # the logit of what happened
        losses.append(max(-towards, 0) + np.log1p(np.exp(-abs(towards))))
    return sum(losses) / len(losses)


def _naive(z, y):
    a = 1 / (1 + np.exp(-z))
    return -(y * np.log(a) + (1 - y) * np.log(1 - a)).mean()


def _naive_by_cases(z, y):
    a = 1 / (1 + np.exp(-z))
    return -np.where(y == 1, np.log(a), np.log(1 - a)).mean()


def _both_rewritten(z, y):
    return (y * np.log1p(np.exp(-z)) + (1 - y) * np.log1p(np.exp(z))).mean()


def _rewritten_only(z, y):
    return (np.log(1 + np.exp(z)) - y * z).mean()


def _clipped(z, y, at=1e-12):
    a = np.clip(1 / (1 + np.exp(-z)), at, 1 - at)
    return -(y * np.log(a) + (1 - y) * np.log(1 - a)).mean()


def _clipped_more(z, y):
    return _clipped(z, y, 1e-7)


def _clipped_at_8(z, y):
    return _clipped(z, y, 1e-8)


def _clipped_less(z, y):
    return _clipped(z, y, 1e-15)


def _softly_clipped(z, y):
    a = 1 / (1 + np.exp(-z))
    return -(y * np.log(a + 1e-12) + (1 - y) * np.log(1 - a + 1e-12)).mean()


def _plus(z, y):
    return (np.logaddexp(0, z) + y * z).mean()


def _summed(z, y):
    return (np.logaddexp(0, z) - y * z).sum()


@exercise(
    stars=2,
    cases=_sure_logits,
    judge=agrees_with(_by_cases, "That is not the cross-entropy of these logits.", rtol=1e-6),
    misconceptions=[
        Misconception(_naive, UNSAFE),
        Misconception(_naive_by_cases, UNSAFE),
        Misconception(_rewritten_only, UNSAFE),
        Misconception(_both_rewritten, UNSAFE),
        Misconception(_clipped, CLIPPED),
        Misconception(_clipped_more, CLIPPED),
        Misconception(_clipped_at_8, CLIPPED),
        Misconception(_clipped_less, CLIPPED),
        Misconception(_softly_clipped, CLIPPED),
        Misconception(_plus, "The sign: (3.16) subtracts y z."),
        Misconception(_summed, "That is the sum over the examples. The cost is their mean."),
    ],
    hints=[
        "Put (3.1) into (3.4) and simplify: log(1 + exp(z)) - y z remains, (3.16).",
        "`np.logaddexp(a, b)` is log(exp(a) + exp(b)) without overflow; and 1 is exp(0).",
    ],
    lesson="A sure mistake costs the size of its logit. That is why libraries want logits.",
)
def safe_cross_entropy(z, y):
    """The mean cross-entropy of logits z (m,) for labels y (m,), for logits of any size."""
    return (np.logaddexp(0, z) - y * z).mean()
