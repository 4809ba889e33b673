"""Logistic and softmax regression.

The exercises of notebook 03. One example per row: X is (m, n). For two classes w is (n,), b
a number and y (m,); for k classes W is (n, k), b (k,) and Y (m, k), one-hot.
"""

import numpy as np

from course_lib.exercises.engine.exercise import exercise
from course_lib.exercises.engine.judging import CORRECT, agrees_with, matches_numerical_gradient

TITLE = "Logistic and softmax regression"


LAST_ONLY = (
    "Only the last example counts: in your loop each one replaces the result of the one before. "
    "Begin with zeros, and add with `+=`."
)
FIRST_ONLY = "Only the first example counts. Does `return` stand inside the loop?"


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _shares(E):
    return E / E.sum(axis=1, keepdims=True)


def _softmax(Z):
    return _shares(np.exp(Z))


def _probabilities(rng):
    hand = (np.array([0.8, 0.25, 0.4]), np.array([1.0, 0.0, 0.0]))
    sure = (np.array([0.999, 0.002, 0.5]), np.array([0.0, 1.0, 1.0]))
    drawn = [(rng.uniform(0.05, 0.95, m), rng.permutation(m) % 2.0) for m in (4, 7, 3000)]
    return [hand, *drawn, sure]


def _of_what_happened(a, y):
    return np.where(y == 1, a, 1 - a)


def _mean_loss(a, y):
    return -np.log(_of_what_happened(a, y)).mean()


@exercise(
    stars=1,
    cases=_probabilities,
    judge=agrees_with(_mean_loss, "That is not the mean cross-entropy."),
    hints=[
        "The loss of one example is -log of the probability that the model gave to what happened.",
        "With labels 0 and 1, `y * np.log(a) + (1 - y) * np.log(1 - a)` picks the right one.",
    ],
    lesson="To be sure and wrong is expensive: -log a grows without bound as a goes to 0.",
)
def cross_entropy(a, y):
    """The cost (3.4) of probabilities a (m,) for labels y (m,)."""
    return -(y * np.log(a) + (1 - y) * np.log(1 - a)).mean()


cross_entropy.mistake(
    "The sign is wrong: logarithms of probabilities are negative, and a cost should be positive. "
    "The minus turns the likelihood, to be made large, into a cost, to be made small.",
    lambda a, y: (y * np.log(a) + (1 - y) * np.log(1 - a)).mean(),
)
cross_entropy.mistake(
    "That is the sum over the examples. The cost (3.4) is their mean: divide by m.",
    lambda a, y: -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(),
)
cross_entropy.mistake(
    "Those are the losses, one for each example. The cost is a single number: their mean.",
    lambda a, y: -(y * np.log(a) + (1 - y) * np.log(1 - a)),
)
cross_entropy.mistake(
    "You left out the second term: examples with y = 0 cost nothing, so a model that "
    "always says 1 would look perfect.",
    lambda a, y: -(y * np.log(a)).mean(),
)
cross_entropy.mistake(
    "You left out the first term: examples with y = 1 cost nothing, so a model that "
    "always says 0 would look perfect.",
    lambda a, y: -((1 - y) * np.log(1 - a)).mean(),
)
cross_entropy.mistake(
    "The second term has the wrong sign, so examples with y = 0 bring the cost down. The minus of "
    "(3.4) stands before a bracket that holds both terms, with a plus between them.",
    lambda a, y: -(y * np.log(a) - (1 - y) * np.log(1 - a)).mean(),
)
cross_entropy.mistake(
    "The second term needs its brackets: (1 - y) as a whole is multiplied by the logarithm.",
    lambda a, y: -(y * np.log(a) + 1 - y * np.log(1 - a)).mean(),
)
cross_entropy.mistake(
    "You took 1 - log a in the second term. The probability of label 0 is 1 - a, so you need the "
    "logarithm of that: log(1 - a).",
    lambda a, y: -(y * np.log(a) + (1 - y) * (1 - np.log(a))).mean(),
)
cross_entropy.mistake(
    "Every example costs -log a, whatever its label. For y = 0 the model gave the probability "
    "1 - a to what happened, so the loss is -log(1 - a) there.",
    lambda a, y: -(y * np.log(a) + (1 - y) * np.log(a)).mean(),
)
cross_entropy.mistake(
    "The two terms are exchanged: where y = 1, the loss is -log a, not -log(1 - a).",
    lambda a, y: -((1 - y) * np.log(a) + y * np.log(1 - a)).mean(),
)
cross_entropy.mistake(
    "Labels and probabilities are exchanged: you take the logarithm of the labels, and the "
    "logarithm of 0 is -∞. The logarithms belong to a and 1 - a; y and 1 - y are the factors.",
    lambda a, y: -(a * np.log(y) + (1 - a) * np.log(1 - y)).mean(),
)
cross_entropy.mistake(
    "Only the examples with y = 1 are counted. Those with y = 0 have a loss, too, -log(1 - a), and "
    "the mean goes over all.",
    lambda a, y: -np.log(a[y == 1]).mean(),
)
UNDERFLOW = (
    "You take the logarithm of one product of all the likelihoods. With three thousand examples "
    "that product is so small that a computer rounds it to 0, and log 0 is -∞. Take the logarithm "
    "of each factor first, as (3.4) does, and then their mean."
)
cross_entropy.mistake(UNDERFLOW, lambda a, y: -np.log(np.prod(_of_what_happened(a, y))) / len(y))
cross_entropy.mistake(UNDERFLOW, lambda a, y: -np.log(np.prod(_of_what_happened(a, y))))
cross_entropy.mistake(
    "That is the likelihood: the product of the probabilities that the model gave to what "
    "happened. The cost is minus the mean of their logarithms.",
    lambda a, y: np.prod(_of_what_happened(a, y)),
)
cross_entropy.mistake(
    "You averaged the probabilities and then took the logarithm. The order matters: take the "
    "logarithm for each example first, then the mean.",
    lambda a, y: -np.log(_of_what_happened(a, y).mean()),
)
WITHOUT_LOG = "There is no logarithm: a loss of (3.4) is minus the logarithm of a probability."
cross_entropy.mistake(WITHOUT_LOG, lambda a, y: -_of_what_happened(a, y).mean())
cross_entropy.mistake(WITHOUT_LOG, lambda a, y: np.abs(a - y).mean())
cross_entropy.mistake(
    "You took logarithms to base 2. (3.4) has the natural one, `np.log`.",
    lambda a, y: -np.log2(_of_what_happened(a, y)).mean(),
)
cross_entropy.mistake(
    "You took logarithms to base 10. (3.4) has the natural one, `np.log`.",
    lambda a, y: -np.log10(_of_what_happened(a, y)).mean(),
)
SQUARED = "That is the squared error; (3.4) has logarithms."
cross_entropy.mistake(SQUARED, lambda a, y: ((a - y) ** 2).mean())
cross_entropy.mistake(SQUARED, lambda a, y: ((a - y) ** 2).mean() / 2)
cross_entropy.mistake(SQUARED, lambda a, y: ((a - y) ** 2).sum())
cross_entropy.mistake(
    "You put a through the sigmoid. It has been there already: a holds probabilities, not logits.",
    lambda a, y: _mean_loss(_sigmoid(a), y),
)
cross_entropy.mistake(
    "You divide by 60, the number of points in this notebook. The check has other numbers of "
    "examples: divide by `len(y)`, or take the mean.",
    lambda a, y: -np.log(_of_what_happened(a, y)).sum() / 60,
)
cross_entropy.mistake(
    "You divide by the number of examples with y = 1. The mean goes over all m examples.",
    lambda a, y: -np.log(_of_what_happened(a, y)).sum() / y.sum(),
)
cross_entropy.mistake(
    "You average each class by itself and add the two means, so an example of a small class "
    "counts more. (3.4) adds the losses of all examples and divides once, by m.",
    lambda a, y: -np.log(a[y == 1]).mean() - np.log(1 - a[y == 0]).mean(),
)
RATE = (
    "That counts wrong or right answers. The cross-entropy does not round the probabilities to "
    "answers: it asks how sure the model was of each."
)
cross_entropy.mistake(RATE, lambda a, y: np.mean((a > 0.5) != y))
cross_entropy.mistake(RATE, lambda a, y: np.mean((a > 0.5) == y))
cross_entropy.mistake(
    "You divide by m - 1. The cost is the plain mean: divide by m.",
    lambda a, y: -np.log(_of_what_happened(a, y)).sum() / (len(y) - 1),
)
cross_entropy.mistake(LAST_ONLY, lambda a, y: -np.log(_of_what_happened(a, y))[-1] / len(y))
cross_entropy.mistake(LAST_ONLY, lambda a, y: -np.log(_of_what_happened(a, y))[-1])
cross_entropy.mistake(FIRST_ONLY, lambda a, y: -np.log(_of_what_happened(a, y))[0] / len(y))
cross_entropy.mistake(FIRST_ONLY, lambda a, y: -np.log(_of_what_happened(a, y))[0])
SAFETY = (
    "Something is added to the probabilities inside the logarithms. For safety it would have to be "
    "far smaller; this changes the cost. (3.4) has just log a and log(1 - a)."
)
cross_entropy.mistake(SAFETY, lambda a, y: -np.log(_of_what_happened(a, y) + 0.01).mean())
cross_entropy.mistake(SAFETY, lambda a, y: -np.log(_of_what_happened(a, y) + 1e-3).mean())


def _binary(rng):
    small = np.array([[1.0, 2.0], [3.0, 0.0], [-1.0, 1.0]]), np.array([1.0, 0.0, 1.0])
    problems = [(*small, np.array([0.5, -0.5]), 0.25)]
    for m, n in ((5, 2), (6, 3), (4, 4)):
        y = rng.permutation(m) % 2.0
        problems.append((rng.normal(size=(m, n)), y, rng.normal(size=n), float(rng.normal())))
    return problems


def _binary_cost(X, y, w, b):
    return _mean_loss(_sigmoid(X @ w + b), y)


def _errors(X, y, w, b):
    return _sigmoid(X @ w + b) - y


def _averaged(X, d):
    """dw and db from d, the errors by the sums z of all examples, for one output or several."""
    return X.T @ d / len(d), d.mean(axis=0)


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
    "The sign is wrong: with y - a you have the way downhill. The gradient is made of a - y; "
    "the minus comes with the step."
)
def _y_minus_a(X, y, w, b):
    a = 1 / (1 + np.exp(-(X @ w + b)))
    return X.T @ (y - a) / len(y), (y - a).mean()


logistic_gradient.mistake(
    "Those are sums over the examples. The cost is a mean, so dw and db are means as well: divide "
    "both by m.",
    lambda X, y, w, b: (X.T @ _errors(X, y, w, b), _errors(X, y, w, b).sum()),
)
logistic_gradient.mistake(
    "You divide by the number of features. The mean goes over the examples: m is `len(y)`.",
    lambda X, y, w, b: (X.T @ _errors(X, y, w, b) / X.shape[1], _errors(X, y, w, b).mean()),
)
logistic_gradient.mistake(
    "You divide by 60, the number of points in this notebook. The check has other numbers of "
    "examples: m is `len(y)`.",
    lambda X, y, w, b: (X.T @ _errors(X, y, w, b) / 60, _errors(X, y, w, b).mean()),
)
logistic_gradient.mistake(
    "dw is right. b is one number, so db is one number too: the mean of the errors of all "
    "examples.",
    lambda X, y, w, b: (X.T @ _errors(X, y, w, b) / len(y), _errors(X, y, w, b) / len(y)),
)
logistic_gradient.mistake(
    "dw is right. b is one number, so db is one number too: the mean of the errors.",
    lambda X, y, w, b: (X.T @ _errors(X, y, w, b) / len(y), _errors(X, y, w, b)),
)
FROM_DW = (
    "dw is right. You compute db from dw, but b is not multiplied by any feature, so its "
    "derivative has none either: it is the mean of the errors a - y alone."
)


@logistic_gradient.mistake(FROM_DW)
def _sum_of_dw(X, y, w, b):
    dw, _ = _averaged(X, _errors(X, y, w, b))
    return dw, dw.sum()


@logistic_gradient.mistake(FROM_DW)
def _mean_of_dw(X, y, w, b):
    dw, _ = _averaged(X, _errors(X, y, w, b))
    return dw, dw.mean()


@logistic_gradient.mistake(
    "There is a factor a(1 - a) too many: for the cross-entropy it cancels, (3.6)."
)
def _with_slope(X, y, w, b):
    a = _sigmoid(X @ w + b)
    return _averaged(X, (a - y) * a * (1 - a))


@logistic_gradient.mistake("That is the gradient of the squared error. The cost here is (3.4).")
def _squared_slope(X, y, w, b):
    a = _sigmoid(X @ w + b)
    return _averaged(X, 2 * (a - y) * a * (1 - a))


@logistic_gradient.mistake(
    "You stopped at the derivative by a. The chain goes on through the sigmoid, with the factor "
    "a(1 - a); together they leave a - y, (3.6)."
)
def _by_a(X, y, w, b):
    a = _sigmoid(X @ w + b)
    return _averaged(X, -y / a + (1 - y) / (1 - a))


logistic_gradient.mistake(
    "You compare the labels with the logits z. Put them through the sigmoid first.",
    lambda X, y, w, b: _averaged(X, X @ w + b - y),
)
logistic_gradient.mistake(
    "You compare the labels with answers that are only 0 or 1, as the perceptron does. The "
    "gradient needs the probabilities: a is σ(z).",
    lambda X, y, w, b: _averaged(X, (X @ w + b > 0) - y),
)
logistic_gradient.mistake(
    "You added the bias after the sigmoid. It belongs to the logit: a = σ(Xw + b).",
    lambda X, y, w, b: _averaged(X, _sigmoid(X @ w) + b - y),
)
logistic_gradient.mistake(
    "The bias has the wrong sign in your sigmoid. In exp(-(Xw + b)) the minus stands before the "
    "whole bracket: without it, only Xw is negated.",
    lambda X, y, w, b: _averaged(X, _sigmoid(X @ w - b) - y),
)
logistic_gradient.mistake(
    "Your sigmoid falls where it should rise: σ(z) is 1 / (1 + exp(-z)), with a minus.",
    lambda X, y, w, b: _averaged(X, _sigmoid(-(X @ w + b)) - y),
)
logistic_gradient.mistake(
    "You took the softmax over the examples. Each example has a probability of its own here: "
    "a = σ(z), entry by entry.",
    lambda X, y, w, b: _averaged(X, _softmax((X @ w + b)[None])[0] - y),
)
logistic_gradient.mistake(
    "You squared the errors. That is for a cost; the gradient has a - y as it is, with its sign.",
    lambda X, y, w, b: _averaged(X, _errors(X, y, w, b) ** 2),
)
logistic_gradient.mistake(
    "dw is right. In the logit b stands alone, so its derivative is 1, not b: db is the mean of "
    "the errors.",
    lambda X, y, w, b: (_averaged(X, _errors(X, y, w, b))[0], _errors(X, y, w, b).mean() * b),
)
logistic_gradient.mistake(
    "You add the labels. The errors are prediction minus label, a - y.",
    lambda X, y, w, b: _averaged(X, _errors(X, y, w, b) + 2 * y),
)
logistic_gradient.mistake(
    "You took the absolute value of the errors. The sign of a - y says in which direction to go: "
    "keep it.",
    lambda X, y, w, b: _averaged(X, np.abs(_errors(X, y, w, b))),
)
logistic_gradient.mistake(
    "db is right. In dw there is a factor a(1 - a) too many: for the cross-entropy it cancels, "
    "(3.6).",
    lambda X, y, w, b: (
        _with_slope(X, y, w, b)[0],
        _errors(X, y, w, b).mean(),
    ),
)
logistic_gradient.mistake(
    "db is right. dw has weight decay in it, a multiple of w. Here the gradient of the "
    "cross-entropy alone is wanted.",
    lambda X, y, w, b: (
        _averaged(X, _errors(X, y, w, b))[0] + 0.01 * w,
        _errors(X, y, w, b).mean(),
    ),
)
PAIRS = (
    "You subtract a column from a vector, or a vector from a column, so a - y is a matrix of shape "
    "(m, m): every prediction minus every label (section 7). Keep both of shape (m,)."
)
logistic_gradient.mistake(PAIRS, lambda X, y, w, b: _averaged(X, _sigmoid(X @ w + b)[:, None] - y))
logistic_gradient.mistake(PAIRS, lambda X, y, w, b: _averaged(X, _sigmoid(X @ w + b) - y[:, None]))
logistic_gradient.mistake(
    "db is right. For dw you averaged over the features, so it has a number for each example. It "
    "should have one for each feature: the examples lie along axis 0.",
    lambda X, y, w, b: (
        (X * _errors(X, y, w, b)[:, None]).mean(axis=1),
        _errors(X, y, w, b).mean(),
    ),
)
logistic_gradient.mistake(
    "db is right. dw is not the mean input times the mean error: multiply each example's "
    "error by its own input first, then take the mean.",
    lambda X, y, w, b: (X.mean(axis=0) * _errors(X, y, w, b).mean(), _errors(X, y, w, b).mean()),
)
STEPPED = (
    "Those are w and b after a step. The exercise asks for the gradient alone, before it is "
    "multiplied by a learning rate and subtracted."
)


def _stepped(X, y, w, b, eta=1.0):
    dw, db = _averaged(X, _errors(X, y, w, b))
    return w - eta * dw, b - eta * db


logistic_gradient.mistake(STEPPED, lambda X, y, w, b: _stepped(X, y, w, b))
logistic_gradient.mistake(STEPPED, lambda X, y, w, b: _stepped(X, y, w, b, 0.1))


def _of_example(X, D, i, m):
    """What one example contributes: for a vector of errors or a matrix."""
    return np.outer(X[i], D[i]).reshape(X.shape[1:] + D.shape[1:]) / m, D[i] / m


logistic_gradient.mistake(
    LAST_ONLY, lambda X, y, w, b: _of_example(X, _errors(X, y, w, b), -1, len(y))
)
logistic_gradient.mistake(LAST_ONLY, lambda X, y, w, b: _of_example(X, _errors(X, y, w, b), -1, 1))
logistic_gradient.mistake(
    FIRST_ONLY, lambda X, y, w, b: _of_example(X, _errors(X, y, w, b), 0, len(y))
)
logistic_gradient.mistake(FIRST_ONLY, lambda X, y, w, b: _of_example(X, _errors(X, y, w, b), 0, 1))


def _tables_of_numbers(rng):
    hand, one_row = np.array([[1.0, 2.0], [10.0, 20.0]]), np.array([[1.0, 2.0, 6.0, 3.0]])
    drawn = (rng.normal(size=shape) * 5 for shape in ((3, 3), (4, 4), (3, 2), (5, 1)))
    return [(X,) for X in (hand, one_row, *drawn)]


@exercise(
    stars=1,
    cases=_tables_of_numbers,
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
    "You stepped into the trap: the mean of row 2 is subtracted from *column* 2. "
    "`X.mean(axis=1)` is one-dimensional, and lies along the columns. Keep the axis: "
    "`X.mean(axis=1, keepdims=True)`.",
    lambda X: X - X.mean(axis=1),
)
centre_rows.mistake(
    "You centred the columns. The mean of a row runs along axis 1.", lambda X: X - X.mean(axis=0)
)
centre_rows.mistake(
    "You took the means of the columns and subtracted them from the rows. The mean of a row "
    "runs along axis 1.",
    lambda X: X - X.mean(axis=0)[:, None],
)
centre_rows.mistake(
    "You subtracted one number, the mean of the whole table. Each row has a mean of its own.",
    lambda X: X - X.mean(),
)
centre_rows.mistake(
    "You subtracted the mean of the first row from all rows. Each row has a mean of its own.",
    lambda X: X - X[0].mean(),
)
MEANS = "Those are the means of the rows. Now subtract each from its row."
centre_rows.mistake(MEANS, lambda X: X.mean(axis=1))
centre_rows.mistake(MEANS, lambda X: X.mean(axis=1, keepdims=True))
centre_rows.mistake(
    "You subtracted the sum of each row, not its mean.", lambda X: X - X.sum(axis=1, keepdims=True)
)
centre_rows.mistake(
    "You divide the sum of a row by the number of rows. A row has as many entries as there are "
    "*columns*, `X.shape[1]`; in a square table that is the same.",
    lambda X: X - X.sum(axis=1, keepdims=True) / len(X),
)
WHOLE_MEANS = (
    "Your means are whole numbers: `//`, `int` or `round` takes their decimals away. Divide with "
    "`/`, or use `mean`."
)
centre_rows.mistake(WHOLE_MEANS, lambda X: X - X.sum(axis=1, keepdims=True) // X.shape[1])
centre_rows.mistake(WHOLE_MEANS, lambda X: X - X.mean(axis=1, keepdims=True).round())
centre_rows.mistake(WHOLE_MEANS, lambda X: X - np.trunc(X.mean(axis=1, keepdims=True)))
centre_rows.mistake(
    "You subtracted the median of each row. The mean is the sum divided by how many there are.",
    lambda X: X - np.median(X, axis=1, keepdims=True),
)
centre_rows.mistake(
    "You subtracted the largest entry of each row. That is for the softmax; here it is the mean.",
    lambda X: X - X.max(axis=1, keepdims=True),
)
centre_rows.mistake(
    "You subtracted the smallest entry of each row. Here it is the mean.",
    lambda X: X - X.min(axis=1, keepdims=True),
)
centre_rows.mistake(
    "You divided each row by its standard deviation as well. Subtract the mean, and stop there.",
    lambda X: (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True),
)
centre_rows.mistake(
    "You subtracted the first entry of each row. Here it is the mean.", lambda X: X - X[:, :1]
)
centre_rows.mistake(
    "You divided each row by its sum. To centre a row, subtract its mean.",
    lambda X: X / X.sum(axis=1, keepdims=True),
)
centre_rows.mistake(
    "You divided by the means. To centre a row, subtract its mean.",
    lambda X: X / X.mean(axis=1, keepdims=True),
)
centre_rows.mistake(
    "You added the means. To centre a row, subtract its mean.",
    lambda X: X + X.mean(axis=1, keepdims=True),
)
TWICE_CENTRED = (
    "You centred the rows and the columns. Only the rows are wanted: leave axis 0 alone."
)


@centre_rows.mistake(TWICE_CENTRED)
def _rows_then_columns(X):
    X = X - X.mean(axis=1, keepdims=True)
    return X - X.mean(axis=0)


centre_rows.mistake(TWICE_CENTRED, lambda X: X - X.mean(axis=1, keepdims=True) - X.mean(axis=0))


@centre_rows.mistake(
    "You change the table while you still take means of it: after the first column has changed, "
    "the means have changed, too. Compute all means before you subtract any."
)
def _means_of_the_changed(X):
    X = X.copy()
    for j in range(X.shape[1]):
        X[:, j] -= X.mean(axis=1)
    return X


def _are_small(case):
    return np.abs(case[0]).max() < 20


def _right_where_small(judge, cases, values):
    """Does the judge accept the cases whose logits are small?"""
    small = [pair for pair in zip(cases, values, strict=True) if _are_small(pair[0])]
    return judge(*map(list, zip(*small, strict=True))) is CORRECT


def _logits(rng):
    hand = np.array([[0.0, np.log(3), 0.0], [2.0, 2.0, 2.0]])
    large = np.array([[1000.0, 1001.0, 999.0], [-1000.0, -1001.0, -1000.0], [0.0, 3.0, -745.0],
                      [0.0, 2000.0, 0.0], [2000.0, 0.0, 0.0], [-2000.0, -2000.0, 5.0],
                      [40000.0, 0.0, 0.0], [0.0, 40000.0, 0.0], [0.0, 0.0, 40000.0],
                      [-20000.0, -20001.0, -40000.0]])  # fmt: skip
    drawn = (rng.normal(size=shape) * 2 for shape in ((4, 3), (2, 5), (1, 6), (3, 3)))
    return [(Z,) for Z in (hand, *drawn, large)]


def _row_by_row(Z):
    rows = []
    for row in Z:
        shares = [np.exp(min(z - max(row), 0)) for z in row]
        rows.append([share / sum(shares) for share in shares])
    return np.array(rows)


_is_softmax = agrees_with(_row_by_row, "That is not the softmax of each row.")
BROKEN = (
    "Right for small logits, but for large ones you get NaN, or an infinity: exp of a large number "
    "overflows to ∞, exp of a very negative one becomes 0, and neither ∞ / ∞ nor 0 / 0 is a "
    "number. By (3.13) you may subtract one number from each row before you take exp. Which one "
    "makes sure that no exponent is above 0, and that one of them is 0?"
)
LIMITED = (
    "Right for small logits, and wrong for large ones. The differences within a row decide: if you "
    "cut large logits off, or replace NaN afterwards, those are lost. Shift each row instead, "
    "(3.13)."
)


def _judge_softmax(cases, values):
    complaint = _is_softmax(cases, values)
    if complaint is CORRECT or any(
        np.shape(value) != case[0].shape for case, value in zip(cases, values, strict=True)
    ):
        return complaint
    if _right_where_small(_is_softmax, cases, values):
        return LIMITED if all(np.isfinite(value).all() for value in values) else BROKEN
    small = [np.asarray(v) for c, v in zip(cases, values, strict=True) if _are_small(c)]
    if all(np.allclose(value.sum(axis=0), 1) for value in small):
        return "Your columns sum to 1, and your rows should: the classes lie along axis 1."
    if all(np.allclose(value.sum(), 1) for value in small):
        return (
            "All your entries together sum to 1. Each example has a distribution of its own: "
            "sum along axis 1, and keep the axis."
        )
    if all(np.isfinite(v).all() and not np.allclose(v.sum(axis=1), 1) for v in small):
        return f"Your rows do not sum to 1, as probabilities should. {complaint}"
    return complaint


@exercise(
    stars=2,
    cases=_logits,
    judge=_judge_softmax,
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
    "Right for small logits, NaN for large ones: exp(1000) is more than a float can hold. It "
    "overflows to ∞, and ∞ / ∞ is NaN. Subtract the largest logit of each row first, (3.13); it "
    "changes nothing else.",
    lambda Z: np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True),
)
softmax_rows.mistake(
    "You subtracted the largest logit of the whole matrix. In a row far below it every exp becomes "
    "0, and 0 / 0 is NaN: each row needs its own maximum.",
    lambda Z: _shares(np.exp(Z - Z.max())),
)
softmax_rows.mistake(
    "You subtracted the largest logit of each column, so the logits of one row are shifted by "
    "different numbers, and that changes the result. Subtract the largest of each *row*: "
    "axis 1.",
    lambda Z: _shares(np.exp(Z - Z.max(axis=0))),
)
softmax_rows.mistake(
    "You subtracted the smallest logit of each row. Then the others are above 0, and the exp of a "
    "large one still overflows: [0, 2000] becomes ∞ / ∞, NaN. Subtract the largest.",
    lambda Z: _shares(np.exp(Z - Z.min(axis=1, keepdims=True))),
)
softmax_rows.mistake(
    "Subtracting the mean helps only while no logit is far above it: [0, 2000] still "
    "overflows. Subtract the largest of each row, then none is above 0.",
    lambda Z: _shares(np.exp(Z - Z.mean(axis=1, keepdims=True))),
)
HALF_SHIFTED = (
    "You subtracted the largest logit above the fraction bar or below it, but not in both places. "
    "It cancels only if you use the same shifted logits twice: give them a name."
)
softmax_rows.mistake(
    HALF_SHIFTED,
    lambda Z: np.exp(Z - Z.max(axis=1, keepdims=True)) / np.exp(Z).sum(axis=1, keepdims=True),
)
softmax_rows.mistake(
    HALF_SHIFTED,
    lambda Z: np.exp(Z) / np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True),
)


@softmax_rows.mistake(
    "You subtracted the largest exp, after taking exp. Subtract the largest *logit*, before it: "
    "only that cancels in the fraction, and only that prevents the overflow."
)
def _shifted_after_exp(Z):
    E = np.exp(Z)
    return _shares(E - E.max(axis=1, keepdims=True))


softmax_rows.mistake(
    "You divided the logits by the largest one. That changes their differences; subtract it.",
    lambda Z: _shares(np.exp(Z / Z.max(axis=1, keepdims=True))),
)
DECREASING = (
    "There is a minus too many in the exponent: with you the smallest logit has the largest "
    "probability. The softmax takes exp(z); the minus belongs to the sigmoid."
)
softmax_rows.mistake(DECREASING, lambda Z: _shares(np.exp(-Z)))
softmax_rows.mistake(DECREASING, lambda Z: _shares(np.exp(Z.min(axis=1, keepdims=True) - Z)))
softmax_rows.mistake(DECREASING, lambda Z: _shares(np.exp(Z.max(axis=1, keepdims=True) - Z)))
UNDIVIDED = "Those are the exponentials. Now divide each row by its sum."
softmax_rows.mistake(UNDIVIDED, lambda Z: np.exp(Z - Z.max(axis=1, keepdims=True)))
softmax_rows.mistake(UNDIVIDED, lambda Z: np.exp(Z))
NO_EXP = (
    "You divided the logits by their sum, without exp. Then shares can be negative, or divided by "
    "zero: exp makes all of them positive first."
)
softmax_rows.mistake(NO_EXP, lambda Z: _shares(Z))
softmax_rows.mistake(NO_EXP, lambda Z: _shares(Z - Z.max(axis=1, keepdims=True)))
softmax_rows.mistake(
    "Below the fraction bar stands the sum of the logits. It should be the sum of their exp.",
    lambda Z: np.exp(Z) / Z.sum(axis=1, keepdims=True),
)
softmax_rows.mistake(
    "Above the fraction bar stands the logit. It should be its exp, as in the sum below.",
    lambda Z: Z / np.exp(Z).sum(axis=1, keepdims=True),
)
softmax_rows.mistake(
    "There is a 1 too many below the fraction bar. It belongs to the sigmoid; the softmax has just "
    "the sum of exp.",
    lambda Z: np.exp(Z) / (1 + np.exp(Z).sum(axis=1, keepdims=True)),
)
softmax_rows.mistake(
    "You exponentiate the number of the class in place of its logit: every example gets "
    "the same answer.",
    lambda Z: _shares(np.exp(np.arange(Z.shape[1])) * np.ones_like(Z)),
)
SIGMOIDS = (
    "You took the sigmoid of each logit by itself. The classes of one example share one softmax: "
    "exp of each logit, divided by the sum of the exp of its row."
)
softmax_rows.mistake(SIGMOIDS, lambda Z: _sigmoid(Z))
softmax_rows.mistake(SIGMOIDS, lambda Z: _shares(_sigmoid(Z)))
LOGARITHM = "That is the logarithm of the softmax. The probabilities themselves are wanted."
softmax_rows.mistake(LOGARITHM, lambda Z: np.log(_row_by_row(Z)))
softmax_rows.mistake(LOGARITHM, lambda Z: Z - np.logaddexp.reduce(Z, axis=1, keepdims=True))
softmax_rows.mistake(
    "You give all probability to the class with the largest logit. The softmax is softer: every "
    "class gets its share of the exp.",
    lambda Z: np.eye(Z.shape[1])[Z.argmax(axis=1)],
)


def _classes(rng):
    hand = (np.array([[1.0], [2.0], [-1.0]]), np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]),
            np.array([[1.0, 0.0]]), np.array([0.0, 0.5]))  # fmt: skip
    problems = [hand]
    for m, n, k in ((5, 2, 3), (4, 3, 4), (3, 3, 3)):
        Y = np.eye(k)[rng.integers(0, k, m)]
        problems.append((rng.normal(size=(m, n)), Y, rng.normal(size=(n, k)), rng.normal(size=k)))
    return problems


def _softmax_cost(X, Y, W, b):
    return -(Y * np.log(_softmax(X @ W + b))).sum() / len(X)


def _differences(X, Y, W, b):
    return _softmax(X @ W + b) - Y


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
    "The sign is wrong: that is the way downhill. The gradient by the logits has P - Y, (3.15)."
)
def _labels_minus(X, Y, W, b):
    E = np.exp(X @ W + b)
    P = E / E.sum(axis=1, keepdims=True)
    D = (Y - P) / len(X)
    return X.T @ D, D.sum(axis=0)


softmax_gradient.mistake(
    "Those are sums over the examples. The cost is a mean: divide by m.",
    lambda X, Y, W, b: (X.T @ _differences(X, Y, W, b), _differences(X, Y, W, b).sum(axis=0)),
)
softmax_gradient.mistake(
    "You divide by the number of classes. The cost is a mean over the examples: m is `len(X)`.",
    lambda X, Y, W, b: _averaged(X, _differences(X, Y, W, b) * len(X) / Y.shape[1]),
)
softmax_gradient.mistake(
    "You divide by the number of all entries of Y. The cost is a mean over the examples, and each "
    "has one loss, however many classes there are: m is `len(X)`.",
    lambda X, Y, W, b: _averaged(X, _differences(X, Y, W, b) / Y.shape[1]),
)
softmax_gradient.mistake(
    "dW is right. D has its 1/m already: for db take the sum, not the mean.",
    lambda X, Y, W, b: (
        _averaged(X, _differences(X, Y, W, b))[0],
        _differences(X, Y, W, b).mean(axis=0) / len(X),
    ),
)
OVER_CLASSES = (
    "dW is right. For db you went over the classes, axis 1, so it has a number for each example. "
    "Each class has one bias: sum over the examples, axis 0."
)


@softmax_gradient.mistake(OVER_CLASSES)
def _summed_over_classes(X, Y, W, b):
    D = _differences(X, Y, W, b) / len(X)
    return X.T @ D, D.sum(axis=1)


@softmax_gradient.mistake(OVER_CLASSES)
def _averaged_over_classes(X, Y, W, b):
    D = _differences(X, Y, W, b) / len(X)
    return X.T @ D, D.mean(axis=1)


softmax_gradient.mistake(
    "Where are the labels? With P alone, every class is pushed down, also the right one.",
    lambda X, Y, W, b: _averaged(X, _softmax(X @ W + b)),
)
softmax_gradient.mistake(
    "You used a sigmoid per class. The classes of one example share one softmax.",
    lambda X, Y, W, b: _averaged(X, _sigmoid(X @ W + b) - Y),
)
softmax_gradient.mistake(
    "Your softmax divides by the sum of the whole matrix. Each example has a distribution of its "
    "own: divide each row by its sum, `axis=1, keepdims=True`.",
    lambda X, Y, W, b: _averaged(X, np.exp(X @ W + b) / np.exp(X @ W + b).sum() - Y),
)
softmax_gradient.mistake(
    "Your softmax divides each column by its sum, over the examples. The classes lie along "
    "axis 1: divide each row by its sum.",
    lambda X, Y, W, b: _averaged(X, _softmax((X @ W + b).T).T - Y),
)
softmax_gradient.mistake(
    "You compare the labels with exp(Z). To make probabilities of them, divide each row by its "
    "sum.",
    lambda X, Y, W, b: _averaged(X, np.exp(X @ W + b) - Y),
)
softmax_gradient.mistake(
    "You compare the labels with the logits. Put these through the softmax first.",
    lambda X, Y, W, b: _averaged(X, X @ W + b - Y),
)
softmax_gradient.mistake(
    "You compare the labels with the class that the model would choose, as a row of 0 and 1. The "
    "gradient needs the probabilities P, which say how sure it is.",
    lambda X, Y, W, b: _averaged(X, np.eye(len(b))[(X @ W + b).argmax(axis=1)] - Y),
)
softmax_gradient.mistake(
    "You added the bias after the softmax. It belongs to the logits: Z = XW + b.",
    lambda X, Y, W, b: _averaged(X, _softmax(X @ W) + b - Y),
)


@softmax_gradient.mistake(
    "There is a factor P(1 - P) too many. All parts of the chain rule, also those of the "
    "other classes, together leave just P - Y."
)
def _own_slope_only(X, Y, W, b):
    P = _softmax(X @ W + b)
    return _averaged(X, (P - Y) * P * (1 - P))


@softmax_gradient.mistake(
    "You keep only the entry of the right class. The other logits stand in the sum below the "
    "fraction bar, so they have a derivative too, their P: all together it is P - Y."
)
def _right_class_only(X, Y, W, b):
    return _averaged(X, Y * (_softmax(X @ W + b) - 1))


@softmax_gradient.mistake(
    "You stopped at the derivative of the loss by P, which is -Y / P. The chain goes on through "
    "the softmax to the logits, and together that is P - Y, (3.15)."
)
def _by_probabilities(X, Y, W, b):
    return _averaged(X, -Y / _softmax(X @ W + b))


@softmax_gradient.mistake(
    "db is right. dW has weight decay in it, a multiple of W. That comes later; here the gradient "
    "of the cross-entropy alone is wanted."
)
def _decayed(X, Y, W, b):
    dW, db = _averaged(X, _differences(X, Y, W, b))
    return dW + 0.01 * W, db


@softmax_gradient.mistake(
    "db is right. dW is not the mean input times the mean difference: let each example's row of X "
    "meet its own row of P - Y, as X.T @ D does."
)
def _product_of_means(X, Y, W, b):
    db = _differences(X, Y, W, b).mean(axis=0)
    return np.outer(X.mean(axis=0), db), db


@softmax_gradient.mistake(STEPPED.replace("w and b", "W and b"))
def _after_a_step(X, Y, W, b):
    dW, db = _averaged(X, _differences(X, Y, W, b))
    return W - dW, b - db


softmax_gradient.mistake(
    "You squared P - Y. That is for a cost; the gradient has P - Y as it is, with its sign.",
    lambda X, Y, W, b: _averaged(X, _differences(X, Y, W, b) ** 2),
)
softmax_gradient.mistake(
    LAST_ONLY, lambda X, Y, W, b: _of_example(X, _differences(X, Y, W, b), -1, 1)
)
softmax_gradient.mistake(
    FIRST_ONLY, lambda X, Y, W, b: _of_example(X, _differences(X, Y, W, b), 0, 1)
)
softmax_gradient.mistake(
    LAST_ONLY, lambda X, Y, W, b: _of_example(X, _differences(X, Y, W, b), -1, len(X))
)
softmax_gradient.mistake(
    FIRST_ONLY, lambda X, Y, W, b: _of_example(X, _differences(X, Y, W, b), 0, len(X))
)


UNSAFE = (
    "Right for small logits, infinite or NaN for large ones: either exp(1000) overflows, or a "
    "probability rounds to 0 or 1, and its logarithm is -∞. Use (3.16), with `np.logaddexp(0, z)` "
    "for log(1 + exp(z))."
)
TOO_CHEAP = (
    "Right for small logits, too small for large ones: a logit of 1000 for the wrong class costs "
    "1000, and with you far less. If you keep the probabilities or the logits within limits, or "
    "add a little inside the logarithm, you hide the infinity and get a wrong number. Start from "
    "the logit, (3.16)."
)


def _sure_logits(rng):
    hand = (np.array([0.0, 2.0, -1.0]), np.array([1.0, 1.0, 0.0]))
    sure = (np.array([1000.0, -1000.0, 800.0, -30.0]), np.array([0.0, 1.0, 1.0, 1.0]))
    drawn = [(rng.normal(size=m) * 3, rng.permutation(m) % 2.0) for m in (4, 6)]
    others = [([-900], [0]), ([35, -35], [0, 1]), ([6, -6], [0, 1]), ([1500], [0]), ([9], [0]),
              ([-7], [1]), ([20000, -20000], [0, 1])]  # fmt: skip
    return [hand, *drawn, sure, *(tuple(np.array(a, dtype=float) for a in pair) for pair in others)]


def _by_cases(z, y):
    losses = []
    for logit, label in zip(z, y, strict=True):
        towards = logit if label else -logit  # the logit of what happened
        losses.append(max(-towards, 0) + np.log1p(np.exp(-abs(towards))))
    return sum(losses) / len(losses)


_is_safe = agrees_with(_by_cases, "That is not the cross-entropy of these logits.", rtol=1e-6)


def _judge_safe(cases, values):
    complaint = _is_safe(cases, values)
    if complaint is CORRECT or any(np.size(value) != 1 for value in values):
        return complaint
    if not _right_where_small(_is_safe, cases, values):
        return complaint
    costs = np.ravel(values).astype(float)
    if not np.isfinite(costs).all():
        return UNSAFE
    right = np.array([_by_cases(*case) for case in cases])
    return TOO_CHEAP if (costs <= right + 1e-5).all() else complaint


@exercise(
    stars=2,
    cases=_sure_logits,
    judge=_judge_safe,
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


safe_cross_entropy.mistake(UNSAFE, lambda z, y: (np.log(1 + np.exp(z)) - y * z).mean())
safe_cross_entropy.mistake(
    "The sign is wrong: (3.16) subtracts y z.", lambda z, y: (np.logaddexp(0, z) + y * z).mean()
)
safe_cross_entropy.mistake(
    "That is the sum over the examples. The cost is their mean.",
    lambda z, y: (np.logaddexp(0, z) - y * z).sum(),
)
safe_cross_entropy.mistake(
    "You take the mean of log(1 + exp(z)), but the sum of y z. Put both in one bracket, and take "
    "the mean of that.",
    lambda z, y: np.logaddexp(0, z).mean() - (y * z).sum(),
)
safe_cross_entropy.mistake(
    "The second term is averaged over the examples with y = 1 alone. Take the mean over all m "
    "examples: y z is 0 where y = 0, and still counts in the mean.",
    lambda z, y: np.logaddexp(0, z).mean() - (y * z).sum() / y.sum(),
)
safe_cross_entropy.mistake(
    "The first z has a minus too many: (3.16) has log(1 + exp(z)) there. With exp(-z) the second "
    "term would have to be + (1 - y) z.",
    lambda z, y: (np.logaddexp(0, -z) - y * z).mean(),
)
safe_cross_entropy.mistake(
    "`np.logaddexp(u, v)` takes logarithms: it is log(exp(u) + exp(v)). The 1 in 1 + exp(z) is "
    "exp(0), so u is 0, not 1.",
    lambda z, y: (np.logaddexp(1, z) - y * z).mean(),
)
safe_cross_entropy.mistake(
    "`np.logaddexp2` works with powers of 2. (3.16) has powers of e: `np.logaddexp`.",
    lambda z, y: (np.logaddexp2(0, z) - y * z).mean(),
)
safe_cross_entropy.mistake(
    "You subtract y z inside `logaddexp`. It comes after it: log(1 + exp(z)) first, then - y z.",
    lambda z, y: np.logaddexp(0, z - y * z).mean(),
)
safe_cross_entropy.mistake(
    "You subtract the label. (3.16) subtracts the label times the logit, y z.",
    lambda z, y: (np.logaddexp(0, z) - y).mean(),
)
safe_cross_entropy.mistake(
    "You sum exp over all examples, as (3.17) does over the classes of one. Here each example has "
    "a logit of its own, and its own log(1 + exp(z)).",
    lambda z, y: (np.logaddexp.reduce(z) - y * z).mean(),
)
safe_cross_entropy.mistake(
    "You take max(0, z) for log(1 + exp(z)). That is nearly right for large logits, but near 0 "
    "it is not: at z = 0 the loss is log 2.",
    lambda z, y: (np.maximum(0, z) - y * z).mean(),
)
HALF_SAFE = (
    "Your first part is not log(1 + exp(z)). With |z| in the exponent it has two parts, and needs "
    "both: max(z, 0) + log(1 + exp(-|z|))."
)
safe_cross_entropy.mistake(
    HALF_SAFE, lambda z, y: (np.maximum(z, 0) - y * z + np.log1p(np.exp(-z))).mean()
)
safe_cross_entropy.mistake(HALF_SAFE, lambda z, y: (np.log1p(np.exp(-abs(z))) - y * z).mean())
safe_cross_entropy.mistake(HALF_SAFE, lambda z, y: (np.logaddexp(0, abs(z)) - y * z).mean())
safe_cross_entropy.mistake(
    "The two labels are exchanged: a large logit speaks for label 1, so it should cost nothing "
    "where y = 1 and much where y = 0.",
    lambda z, y: np.logaddexp(0, np.where(y == 1, z, -z)).mean(),
)
safe_cross_entropy.mistake(
    "log(1 + exp(-y z)) is the loss for labels -1 and 1. Ours are 0 and 1, and with y = 0 every "
    "logit costs log 2. Use (3.16).",
    lambda z, y: np.logaddexp(0, -y * z).mean(),
)
safe_cross_entropy.mistake(
    "Examples with y = 0 cost nothing with you. Theirs is log(1 + exp(z)).",
    lambda z, y: (y * np.logaddexp(0, -z)).mean(),
)
safe_cross_entropy.mistake(
    "Examples with y = 1 cost nothing with you. Theirs is log(1 + exp(-z)).",
    lambda z, y: ((1 - y) * np.logaddexp(0, z)).mean(),
)
safe_cross_entropy.mistake(
    "z holds logits, not probabilities, and you take logarithms of z and 1 - z, which may be "
    "negative. Use (3.16), which starts from logits.",
    lambda z, y: -(y * np.log(z) + (1 - y) * np.log(1 - z)).mean(),
)
safe_cross_entropy.mistake(
    "You put z through the sigmoid and then use (3.16), which has the sigmoid in it already. Give "
    "it the logits z themselves.",
    lambda z, y: (np.logaddexp(0, _sigmoid(z)) - y * _sigmoid(z)).mean(),
)
safe_cross_entropy.mistake(
    "That is the squared error of the probabilities. The cost here is the cross-entropy, (3.16).",
    lambda z, y: ((_sigmoid(z) - y) ** 2).mean(),
)
safe_cross_entropy.mistake(LAST_ONLY, lambda z, y: (np.logaddexp(0, z) - y * z)[-1] / len(z))
safe_cross_entropy.mistake(LAST_ONLY, lambda z, y: (np.logaddexp(0, z) - y * z)[-1])
safe_cross_entropy.mistake(FIRST_ONLY, lambda z, y: (np.logaddexp(0, z) - y * z)[0] / len(z))
safe_cross_entropy.mistake(FIRST_ONLY, lambda z, y: (np.logaddexp(0, z) - y * z)[0])
