"""Logistic and softmax regression.

The exercises of notebook 03. One example per row: X is (m, n). For two classes w is (n,), b
a number and y (m,); for k classes W is (n, k), b (k,) and Y (m, k), one-hot.
"""

import numpy as np

from course_lib.exercises.engine.exercise import exercise
from course_lib.exercises.engine.judging import agrees_with, matches_numerical_gradient

TITLE = "Logistic and softmax regression"


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _softmax(Z):
    E = np.exp(Z)
    return E / E.sum(axis=1, keepdims=True)


def _probabilities(rng):
    hand = (np.array([0.5, 0.25]), np.array([1.0, 0.0]))
    sure = (np.array([0.999, 0.002]), np.array([0.0, 1.0]))
    drawn = [(rng.uniform(0.05, 0.95, m), rng.permutation(m) % 2.0) for m in (4, 7)]
    return [hand, *drawn, sure]


def _one_by_one(a, y):
    return -sum(np.log(p if label else 1 - p) for p, label in zip(a, y, strict=True)) / len(y)


@exercise(
    stars=1,
    cases=_probabilities,
    judge=agrees_with(_one_by_one, "That is not the mean cross-entropy."),
    hints=[
        "The loss of one example is -log of the probability that the model gave to what happened.",
        "With labels 0 and 1, `y * np.log(a) + (1 - y) * np.log(1 - a)` picks the right one.",
    ],
    lesson="Being sure and wrong is dear: -log a grows without bound as a goes to 0.",
)
def cross_entropy(a, y):
    """The cost (3.4) of probabilities a (m,) for labels y (m,)."""
    return -(y * np.log(a) + (1 - y) * np.log(1 - a)).mean()


cross_entropy.mistake(
    "The sign: logarithms of probabilities are negative, and a cost should be positive. "
    "The minus turns the likelihood, to be made large, into a cost, to be made small.",
    lambda a, y: (y * np.log(a) + (1 - y) * np.log(1 - a)).mean(),
)
cross_entropy.mistake(
    "That is the sum over the examples. The cost is their mean.",
    lambda a, y: -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(),
)
cross_entropy.mistake(
    "You left out the second term: examples with y = 0 cost nothing, so a model that "
    "always says 1 would look perfect.",
    lambda a, y: -(y * np.log(a)).mean(),
)
cross_entropy.mistake(
    "You took logarithms to base 2. (3.4) has the natural one, `np.log`.",
    lambda a, y: -(y * np.log2(a) + (1 - y) * np.log2(1 - a)).mean(),
)
cross_entropy.mistake(
    "That is the squared error; (3.4) has logarithms.", lambda a, y: ((a - y) ** 2).mean()
)
cross_entropy.mistake(
    "The two terms are exchanged: where y = 1, the cost is -log a, not -log(1 - a).",
    lambda a, y: -((1 - y) * np.log(a) + y * np.log(1 - a)).mean(),
)
cross_entropy.mistake(
    "That is one loss per example. The cost is their mean.",
    lambda a, y: -(y * np.log(a) + (1 - y) * np.log(1 - a)),
)


def _binary(rng):
    small = np.array([[1.0, 2.0], [3.0, 0.0], [-1.0, 1.0]]), np.array([1.0, 0.0, 1.0])
    problems = [(*small, np.array([0.5, -0.5]), 0.25)]
    for m, n in ((5, 2), (6, 3), (4, 4)):
        y = rng.permutation(m) % 2.0
        problems.append((rng.normal(size=(m, n)), y, rng.normal(size=n), float(rng.normal())))
    return problems


def _binary_cost(X, y, w, b):
    return _one_by_one(_sigmoid(X @ w + b), y)


@exercise(
    stars=2,
    cases=_binary,
    judge=matches_numerical_gradient(_binary_cost, ("dw", "db")),
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


@logistic_gradient.mistake(
    "The sign: that is the way downhill, with y - a. The gradient is made of a - y; the "
    "minus comes with the step."
)
def _y_minus_a(X, y, w, b):
    a = 1 / (1 + np.exp(-(X @ w + b)))
    return X.T @ (y - a) / len(y), (y - a).mean()


@logistic_gradient.mistake("Those are sums over the examples; the cost is a mean.")
def _sum_gradient(X, y, w, b):
    d = _sigmoid(X @ w + b) - y
    return X.T @ d, d.sum()


@logistic_gradient.mistake(
    "There is a factor a(1 - a) too many: for the cross-entropy it cancels, (3.6)."
)
def _with_slope(X, y, w, b):
    a = _sigmoid(X @ w + b)
    d = (a - y) * a * (1 - a)
    return X.T @ d / len(y), d.mean()


@logistic_gradient.mistake("That is the gradient of the squared error. The cost here is (3.4).")
def _squared_slope(X, y, w, b):
    a = _sigmoid(X @ w + b)
    d = 2 * (a - y) * a * (1 - a)
    return X.T @ d / len(y), d.mean()


@logistic_gradient.mistake(
    "You compare the labels with the logits z. Put them through the sigmoid first."
)
def _without_sigmoid(X, y, w, b):
    d = X @ w + b - y
    return X.T @ d / len(y), d.mean()


@logistic_gradient.mistake("dw is right. db is a mean too: divide by m.")
def _bias_not_averaged(X, y, w, b):
    d = _sigmoid(X @ w + b) - y
    return X.T @ d / len(y), d.sum()


@logistic_gradient.mistake(
    "dw is right. b is one number, so db is one: add up what all examples say."
)
def _bias_not_summed(X, y, w, b):
    d = _sigmoid(X @ w + b) - y
    return X.T @ d / len(y), d / len(y)


@logistic_gradient.mistake("They come in the other order: `return dw, db`.")
def _exchanged(X, y, w, b):
    d = _sigmoid(X @ w + b) - y
    return d.mean(), X.T @ d / len(y)


def _squares_of_numbers(rng):
    hand, one_row = np.array([[1.0, 3.0], [10.0, 20.0]]), np.array([[1.0, 2.0, 6.0, 3.0]])
    return [(hand,), *((rng.normal(size=(n, n)) * 5,) for n in (3, 4)), (one_row,)]


@exercise(
    stars=1,
    cases=_squares_of_numbers,
    judge=agrees_with(
        lambda X: np.array([row - sum(row) / len(row) for row in X]),
        "Not every row of the result has mean 0 and the differences that it had.",
    ),
    hints=[
        "The means of the rows must stand in a column, shape (m, 1), to broadcast along each row.",
        "`X.mean(axis=1, keepdims=True)`, or `X.mean(axis=1)[:, None]`.",
    ],
    lesson="A square table makes this mistake silent; most other shapes would complain.",
)
def centre_rows(X):
    """X with the mean of each row subtracted from that row."""
    return X - X.mean(axis=1, keepdims=True)


centre_rows.mistake(
    "The trap itself: the mean of row 2 is subtracted from *column* 2. `X.mean(axis=1)` is "
    "one-dimensional, and lies along the columns. Keep the axis: "
    "`X.mean(axis=1, keepdims=True)`.",
    lambda X: X - X.mean(axis=1),
)
centre_rows.mistake(
    "You centred the columns. The mean of a row runs along axis 1.", lambda X: X - X.mean(axis=0)
)
centre_rows.mistake("You subtracted one mean, that of the whole table.", lambda X: X - X.mean())
centre_rows.mistake("Those are the means. Subtract each from its row.", lambda X: X.mean(axis=1))
centre_rows.mistake(
    "You subtracted the sum of each row, not its mean.", lambda X: X - X.sum(axis=1, keepdims=True)
)


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


@exercise(
    stars=2,
    cases=_logits,
    judge=agrees_with(_row_by_row, "Those are not the softmax of each row."),
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


softmax_rows.mistake(
    "Right for small logits, NaN for large ones: exp(1000) is more than a float can hold. "
    "Subtract the largest logit of each row first, (3.13); it changes nothing else.",
    lambda Z: np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True),
)


@softmax_rows.mistake(
    "You subtracted the largest logit of the whole table. A row far below it becomes 0/0: "
    "each row needs its own maximum."
)
def _one_maximum(Z):
    E = np.exp(Z - Z.max())
    return E / E.sum(axis=1, keepdims=True)


@softmax_rows.mistake("Your columns sum to 1, and your rows should: the classes lie along axis 1.")
def _down_the_columns(Z):
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)


@softmax_rows.mistake(
    "All entries together sum to 1. Each example is a distribution of its own: sum along "
    "axis 1, and keep the axis."
)
def _over_everything(Z):
    E = np.exp(Z - Z.max())
    return E / E.sum()


@softmax_rows.mistake(
    "You exponentiate the number of the class in place of its logit: every example gets "
    "the same answer."
)
def _of_the_index(Z):
    E = np.exp(np.arange(Z.shape[1])) * np.ones_like(Z)
    return E / E.sum(axis=1, keepdims=True)


softmax_rows.mistake(
    "Now divide each row by its sum.", lambda Z: np.exp(Z - Z.max(axis=1, keepdims=True))
)
softmax_rows.mistake(
    "Your columns sum to 1, and your rows should: the classes lie along axis 1.",
    lambda Z: np.exp(Z) / np.exp(Z).sum(axis=0),
)
softmax_rows.mistake(
    "All entries together sum to 1. Each example is a distribution of its own: sum along "
    "axis 1, and keep the axis.",
    lambda Z: np.exp(Z) / np.exp(Z).sum(),
)
softmax_rows.mistake("Now divide each row by its sum.", lambda Z: np.exp(Z))


@softmax_rows.mistake(
    "Subtracting the mean helps only while no logit is far above it: [0, 2000] still "
    "overflows. Subtract the largest of each row, then none is above 0."
)
def _mean_subtracted(Z):
    E = np.exp(Z - Z.mean(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


softmax_rows.mistake(
    "Without exp, shares can be negative, or divided by zero.",
    lambda Z: Z / Z.sum(axis=1, keepdims=True),
)


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


@exercise(
    stars=3,
    cases=_classes,
    judge=matches_numerical_gradient(_softmax_cost, ("dW", "db")),
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


@softmax_gradient.mistake(
    "The sign: that is the way downhill. The gradient by the logits has P - Y, (3.15)."
)
def _labels_minus(X, Y, W, b):
    E = np.exp(X @ W + b)
    P = E / E.sum(axis=1, keepdims=True)
    D = (Y - P) / len(X)
    return X.T @ D, D.sum(axis=0)


@softmax_gradient.mistake("Those are sums over the examples. The cost is a mean: divide by m.")
def _not_averaged(X, Y, W, b):
    D = _softmax(X @ W + b) - Y
    return X.T @ D, D.sum(axis=0)


@softmax_gradient.mistake("You divided by m twice.")
def _averaged_twice(X, Y, W, b):
    D = (_softmax(X @ W + b) - Y) / len(X)
    return X.T @ D / len(X), D.mean(axis=0)


@softmax_gradient.mistake(
    "Where are the labels? With P alone, every class is pushed down, also the right one."
)
def _labels_forgotten(X, Y, W, b):
    P = _softmax(X @ W + b) / len(X)
    return X.T @ P, P.sum(axis=0)


@softmax_gradient.mistake(
    "You used a sigmoid per class. The classes of one example share one softmax."
)
def _sigmoids(X, Y, W, b):
    D = (_sigmoid(X @ W + b) - Y) / len(X)
    return X.T @ D, D.sum(axis=0)


@softmax_gradient.mistake(
    "There is a factor P(1 - P) too many. All parts of the chain rule, also those of the "
    "other classes, together leave just P - Y."
)
def _own_slope_only(X, Y, W, b):
    P = _softmax(X @ W + b)
    D = (P - Y) * P * (1 - P) / len(X)
    return X.T @ D, D.sum(axis=0)


@softmax_gradient.mistake("You compare labels with logits: softmax first.")
def _of_logits(X, Y, W, b):
    D = (X @ W + b - Y) / len(X)
    return X.T @ D, D.sum(axis=0)


@softmax_gradient.mistake("dW is right. Each class has one bias: sum over the examples, axis 0.")
def _bias_as_one(X, Y, W, b):
    D = (_softmax(X @ W + b) - Y) / len(X)
    return X.T @ D, D


@softmax_gradient.mistake("dW is right. D has its 1/m already: for db take the sum, not the mean.")
def _bias_averaged(X, Y, W, b):
    D = (_softmax(X @ W + b) - Y) / len(X)
    return X.T @ D, D.mean(axis=0)


@softmax_gradient.mistake("They come in the other order: `return dW, db`.")
def _other_order(X, Y, W, b):
    D = (_softmax(X @ W + b) - Y) / len(X)
    return D.sum(axis=0), X.T @ D


@softmax_gradient.mistake("dW is transposed: it has the shape of W, (n, k).")
def _transposed(X, Y, W, b):
    D = (_softmax(X @ W + b) - Y) / len(X)
    return D.T @ X, D.sum(axis=0)


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


def _clipped(z, y, at=1e-12):
    a = np.clip(1 / (1 + np.exp(-z)), at, 1 - at)
    return -(y * np.log(a) + (1 - y) * np.log(1 - a)).mean()


@exercise(
    stars=2,
    cases=_sure_logits,
    judge=agrees_with(_by_cases, "That is not the cross-entropy of these logits.", rtol=1e-6),
    hints=[
        "Put (3.1) into (3.4) and simplify: log(1 + exp(z)) - y z remains, (3.16).",
        "`np.logaddexp(a, b)` is log(exp(a) + exp(b)) without overflow; and 1 is exp(0).",
    ],
    lesson="A sure mistake costs the size of its logit. That is why libraries want logits.",
)
def safe_cross_entropy(z, y):
    """The mean cross-entropy of logits z (m,) for labels y (m,), for logits of any size."""
    return (np.logaddexp(0, z) - y * z).mean()


@safe_cross_entropy.mistake(UNSAFE)
def _naive(z, y):
    a = 1 / (1 + np.exp(-z))
    return -(y * np.log(a) + (1 - y) * np.log(1 - a)).mean()


@safe_cross_entropy.mistake(UNSAFE)
def _naive_by_cases(z, y):
    a = 1 / (1 + np.exp(-z))
    return -np.where(y == 1, np.log(a), np.log(1 - a)).mean()


safe_cross_entropy.mistake(UNSAFE, lambda z, y: (np.log(1 + np.exp(z)) - y * z).mean())
safe_cross_entropy.mistake(
    UNSAFE, lambda z, y: (y * np.log1p(np.exp(-z)) + (1 - y) * np.log1p(np.exp(z))).mean()
)
safe_cross_entropy.mistake(CLIPPED, _clipped)
safe_cross_entropy.mistake(CLIPPED, lambda z, y: _clipped(z, y, 1e-7))
safe_cross_entropy.mistake(CLIPPED, lambda z, y: _clipped(z, y, 1e-8))
safe_cross_entropy.mistake(CLIPPED, lambda z, y: _clipped(z, y, 1e-15))


@safe_cross_entropy.mistake(CLIPPED)
def _softly_clipped(z, y):
    a = 1 / (1 + np.exp(-z))
    return -(y * np.log(a + 1e-12) + (1 - y) * np.log(1 - a + 1e-12)).mean()


safe_cross_entropy.mistake(
    "The sign: (3.16) subtracts y z.", lambda z, y: (np.logaddexp(0, z) + y * z).mean()
)
safe_cross_entropy.mistake(
    "That is the sum over the examples. The cost is their mean.",
    lambda z, y: (np.logaddexp(0, z) - y * z).sum(),
)
