"""Least squares and gradient descent.

The exercises of notebook 02. In all of them X (m, n) begins with a column of ones, y is
(m,), and theta (n,) begins with b.
"""

import numpy as np

from course_lib.exercises.engine.answers import same
from course_lib.exercises.engine.exercise import exercise
from course_lib.exercises.engine.judging import (
    CORRECT,
    agrees_with,
    matches_numerical_gradient,
    numbers,
)
from course_lib.gradcheck import numerical_gradient

TITLE = "Least squares and gradient descent"


def _problem(rng, m, n):
    X = np.column_stack([np.ones(m), rng.normal(size=(m, n - 1))])
    return X, rng.normal(size=m) * 2, rng.normal(size=n)


def _small():
    return np.array([[1.0, 0.0], [1.0, 2.0]]), np.array([1.0, 2.0]), np.array([0.0, 1.0])


def _points(rng):
    problems = [_small(), *(_problem(rng, m, n) for m, n in ((5, 2), (7, 3), (4, 4)))]
    return [(X, y, theta) for X, y, theta in problems]


def _cost(X, y, theta):
    return sum((row @ theta - label) ** 2 for row, label in zip(X, y, strict=True)) / len(y)


def _slope(X, y, theta):
    return numerical_gradient(lambda theta: _cost(X, y, theta), theta)


@exercise(
    stars=1,
    cases=_points,
    judge=agrees_with(_cost, "That is not the mean of the squared errors."),
    hints=[
        "The predictions of all examples at once are `X @ theta`.",
        "Subtract y, square each entry with `** 2`, take the mean.",
    ],
    lesson="One number for a whole model: the smaller, the better the fit.",
)
def mse(X, y, theta):
    """The cost (2.1): the mean of the squared errors."""
    return ((X @ theta - y) ** 2).mean()


mse.mistake(
    "That is the sum of the squares. Divide by m, or the cost grows with every point.",
    lambda X, y, theta: ((X @ theta - y) ** 2).sum(),
)
mse.mistake(
    "That is the mean of the sizes of the errors: square each, do not take `abs`.",
    lambda X, y, theta: np.abs(X @ theta - y).mean(),
)
mse.mistake(
    "You took the mean first and then the square: errors of opposite sign cancel. Square "
    "each error, then take the mean.",
    lambda X, y, theta: (X @ theta - y).mean() ** 2,
)
mse.mistake(
    "You divided by the number of parameters; m is the number of examples.",
    lambda X, y, theta: ((X @ theta - y) ** 2).sum() / len(theta),
)
mse.mistake(
    "You did not square: errors of opposite sign cancel.",
    lambda X, y, theta: (X @ theta - y).mean(),
)
mse.mistake(
    "That is the root of the mean square. The cost is taken without root.",
    lambda X, y, theta: np.sqrt(((X @ theta - y) ** 2).mean()),
)
mse.mistake(
    "There is a factor 1/2 too many. Some books have it; (2.1) has not.",
    lambda X, y, theta: ((X @ theta - y) ** 2).mean() / 2,
)


@exercise(
    stars=2,
    cases=_points,
    judge=matches_numerical_gradient(_cost, "dtheta"),
    hints=[
        "Start from the residuals, `X @ theta - y`: one per example.",
        "Entry j is 2/m times the sum of residual times X[i, j]: that is what `X.T @ …` adds up.",
    ],
    lesson="Each entry is twice the mean of residual times input; (2.3) will come back.",
)
def mse_gradient(X, y, theta):
    """The gradient (2.3) of the mean squared error at theta."""
    return 2 / len(y) * X.T @ (X @ theta - y)


mse_gradient.mistake(
    "Half of it: the square brings down a factor 2, as in (x²)' = 2x.",
    lambda X, y, theta: X.T @ (X @ theta - y) / len(y),
)
mse_gradient.mistake(
    "The cost is a mean, so its gradient is one too: divide by m.",
    lambda X, y, theta: 2 * X.T @ (X @ theta - y),
)
mse_gradient.mistake(
    "The sign is turned round: this is the way *down*. The gradient points uphill; the "
    "minus comes with the step.",
    lambda X, y, theta: 2 / len(y) * X.T @ (y - X @ theta),
)
mse_gradient.mistake(
    "You divided by m twice.", lambda X, y, theta: 2 / len(y) * X.T @ (X @ theta - y) / len(y)
)
mse_gradient.mistake(
    "That has one entry per example. Each parameter adds up the residuals, each times its "
    "own input: multiply by Xᵀ.",
    lambda X, y, theta: 2 / len(y) * (X @ theta - y),
)
mse_gradient.mistake(
    "You divided by the number of parameters; m is the number of examples.",
    lambda X, y, theta: 2 / len(theta) * X.T @ (X @ theta - y),
)


def _systems(rng):
    small = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), np.array([1.0, 3.0, 4.0])
    return [small, *(_problem(rng, m, n)[:2] for m, n in ((6, 2), (8, 3), (9, 4)))]


@exercise(
    stars=2,
    cases=_systems,
    judge=agrees_with(
        lambda X, y: np.linalg.lstsq(X, y, rcond=None)[0],
        "Those parameters do not make the cost smallest.",
    ),
    hints=[
        "(2.4) is a system of n linear equations for the n entries of theta.",
        "`np.linalg.solve(A, c)` solves A θ = c. What are A and c here?",
        "A is `X.T @ X`, c is `X.T @ y`.",
    ],
    lesson="At the minimum the residuals are perpendicular to every column of X.",
)
def normal_equation(X, y):
    """The theta of smallest cost, from the normal equations (2.4)."""
    return np.linalg.solve(X.T @ X, X.T @ y)


normal_equation.mistake(
    "You multiplied by XᵀX. (2.4) says that XᵀX *times* the unknown is Xᵀy: solve for it, "
    "with `np.linalg.solve`.",
    lambda X, y: (X.T @ X) @ (X.T @ y),
)
normal_equation.mistake("That is Xᵀy, the right side of (2.4) alone.", lambda X, y: X.T @ y)
normal_equation.mistake(
    "Those are the predictions Xθ, one per example; return θ itself.",
    lambda X, y: X @ np.linalg.solve(X.T @ X, X.T @ y),
)


@normal_equation.mistake(
    "You used as many points as there are parameters and forgot the others: the line goes "
    "through the first ones, and the rest may lie anywhere."
)
def _first_rows_only(X, y):
    n = X.shape[1]
    return np.linalg.solve(X[:n], y[:n])


def _steps(rng):
    return [(X, y, theta, float(rng.uniform(0.02, 0.2))) for X, y, theta in _points(rng)]


def _descended(X, y, theta, eta):
    return theta - eta * _slope(X, y, theta)


@exercise(
    stars=3,
    cases=_steps,
    judge=agrees_with(
        _descended,
        "That is not θ - η∇J.",
        "The new theta",
        origin=lambda X, y, theta, eta: theta,
    ),
    hints=[
        "Two parts: the gradient (2.3) at theta, then the step (2.5).",
        "The gradient is 2/m · Xᵀ(Xθ - y); in NumPy, `X.T @ (X @ theta - y)`.",
        "The step is `theta - eta * gradient`.",
    ],
    lesson="This line trains every network of this course; only the gradient will change.",
)
def gradient_step(X, y, theta, eta):
    """One step of gradient descent, (2.5), on the mean squared error."""
    gradient = 2 / len(y) * X.T @ (X @ theta - y)
    return theta - eta * gradient


gradient_step.mistake(
    "Half a step: the gradient of a square has the factor 2, see (2.3).",
    lambda X, y, theta, eta: theta - eta / len(y) * X.T @ (X @ theta - y),
)
gradient_step.mistake(
    "Your step goes uphill: either you added the gradient, or you subtracted one whose "
    "residuals are y - Xθ instead of Xθ - y.",
    lambda X, y, theta, eta: theta + eta * 2 / len(y) * X.T @ (X @ theta - y),
)
gradient_step.mistake(
    "Your gradient is summed over the examples, not averaged: the more data, the longer "
    "the step. Divide by m.",
    lambda X, y, theta, eta: theta - eta * 2 * X.T @ (X @ theta - y),
)
gradient_step.mistake(
    "That is the gradient. The step starts from theta: (2.5).",
    lambda X, y, theta, eta: 2 / len(y) * X.T @ (X @ theta - y),
)
gradient_step.mistake(
    "That is the move alone. Add it to theta to say where you stand.",
    lambda X, y, theta, eta: -eta * 2 / len(y) * X.T @ (X @ theta - y),
)


@gradient_step.mistake("You subtract the gradient from the cost J. What moves is theta; J follows.")
def _updates_the_cost(X, y, theta, eta):
    cost = ((X @ theta - y) ** 2).mean()
    return cost - eta * 2 / len(y) * X.T @ (X @ theta - y)


gradient_step.mistake(
    "You left out η, the learning rate.",
    lambda X, y, theta, eta: theta - 2 / len(y) * X.T @ (X @ theta - y),
)


@gradient_step.mistake(
    "`theta -= …` changes the array of the caller. Return `theta - …`, a new one."
)
def _changes_theta(X, y, theta, eta):
    theta -= eta * 2 / len(y) * X.T @ (X @ theta - y)
    return theta


def _matrices(rng):
    small = np.array([[1.0, 1.0], [1.0, -1.0]])
    return [(small,), *((_problem(rng, m, n)[0] * 3,) for m, n in ((6, 2), (8, 3), (12, 4)))]


@exercise(
    stars=2,
    cases=_matrices,
    judge=agrees_with(
        lambda X: len(X) / np.linalg.norm(X, 2) ** 2, "That is not the limit of the stable steps."
    ),
    hints=[
        "First the Hessian (2.6), then its eigenvalues with `np.linalg.eigvalsh`.",
        "The limit is 2 divided by the largest of them.",
    ],
    lesson="The steepest direction sets the limit, the flattest one the time that it takes.",
)
def largest_step(X):
    """The learning rate below which gradient descent on (2.1) is stable: (2.8)."""
    hessian = 2 / len(X) * X.T @ X
    return 2 / np.linalg.eigvalsh(hessian).max()


largest_step.mistake(
    "1/λ is the best step for the steepest direction; descent stays stable up to 2/λ.",
    lambda X: 1 / np.linalg.eigvalsh(2 / len(X) * X.T @ X).max(),
)
largest_step.mistake(
    "The flattest direction would allow that step, but the steepest one diverges first: "
    "take the largest eigenvalue.",
    lambda X: 2 / np.linalg.eigvalsh(2 / len(X) * X.T @ X).min(),
)
largest_step.mistake(
    "Your Hessian is XᵀX. The Hessian of a mean has the factor 2/m, see (2.6).",
    lambda X: 2 / np.linalg.eigvalsh(X.T @ X).max(),
)
largest_step.mistake(
    "Your Hessian is 2XᵀX: divide by m, see (2.6).",
    lambda X: 2 / np.linalg.eigvalsh(2 * X.T @ X).max(),
)
largest_step.mistake(
    "You divide by 100, as in the text; here m is `len(X)`.",
    lambda X: 2 / np.linalg.eigvalsh(2 / 100 * X.T @ X).max(),
)
largest_step.mistake(
    "That is one number per eigenvalue. The largest eigenvalue alone decides: `.max()`.",
    lambda X: 2 / np.linalg.eigvalsh(2 / len(X) * X.T @ X),
)
largest_step.mistake(
    "Your Hessian lacks the factor 2 of (2.6).",
    lambda X: 2 / np.linalg.eigvalsh(X.T @ X / len(X)).max(),
)
largest_step.mistake(
    "That is λ itself. The steeper the valley, the shorter the step.",
    lambda X: np.linalg.eigvalsh(2 / len(X) * X.T @ X).max(),
)


def _tables(rng):
    small = np.array([[0.0, 10.0], [2.0, 30.0]])
    drawn = [rng.normal(size=(m, n)) * rng.uniform(1, 9, n) + 5 for m, n in ((5, 2), (8, 3))]
    return [(features,) for features in (small, *drawn)]


def _judge_standardise(cases, values):
    for (features,), value in zip(cases, values, strict=True):
        scaled = numbers(value, features.shape, "The scaled table")
        rescaled = np.cov(scaled, rowvar=False, bias=True).diagonal()
        sample = np.cov(scaled, rowvar=False).diagonal()
        line = [np.corrcoef(a, b)[0, 1] for a, b in zip(scaled.T, features.T, strict=True)]
        mean = scaled.mean(axis=0)
        if not same(mean, np.zeros(len(mean))):
            j = np.abs(mean).argmax()
            return f"Column {j} of your table has mean {mean[j]:.3g}; each should have mean 0."
        if not (same(rescaled, np.ones(len(rescaled))) or same(sample, np.ones(len(sample)))):
            j = np.abs(rescaled - 1).argmax()
            return (
                f"Column {j} of your table has standard deviation {np.sqrt(rescaled[j]):.3g}; each "
                f"should have 1."
            )
        if not same(line, np.ones(len(line))):
            return "Mean and deviation are right, but the columns are not those that came."
    return CORRECT


@exercise(
    stars=1,
    cases=_tables,
    judge=_judge_standardise,
    hints=[
        "`features.mean(axis=0)` has one entry per column, and so has `std`.",
        "Subtract the means, divide by the deviations: NumPy does it for all rows at once.",
    ],
    lesson="A rounder valley: no feature limits the step any more by its unit alone.",
)
def standardise(features):
    """Each column with its mean subtracted, divided by its standard deviation."""
    return (features - features.mean(axis=0)) / features.std(axis=0)


@standardise.mistake(
    "You took mean and deviation of each row, that is of each example. A feature is a "
    "column: axis 0."
)
def _of_rows(features):
    mean, std = features.mean(axis=1, keepdims=True), features.std(axis=1, keepdims=True)
    return (features - mean) / std


standardise.mistake(
    "One mean and one deviation for the whole table leave the features as different as "
    "they were. Take them per column: axis 0.",
    lambda features: (features - features.mean()) / features.std(),
)
standardise.mistake(
    "The deviation is 1, but the mean is not 0: subtract it first.",
    lambda features: features / features.std(axis=0),
)
standardise.mistake(
    "The mean is 0; now divide by the standard deviation.",
    lambda features: features - features.mean(axis=0),
)
standardise.mistake(
    "You divided by the variance. Its root, the standard deviation, is `std`.",
    lambda features: (features - features.mean(axis=0)) / features.var(axis=0),
)
standardise.mistake(
    "Python divides before it subtracts: put `features - mean` in brackets.",
    lambda features: features - features.mean(axis=0) / features.std(axis=0),
)


@standardise.mistake(
    "That maps each column onto [0, 1]: useful at times, but the mean should be 0 here, "
    "and the deviation 1."
)
def _by_range(features):
    low, high = features.min(axis=0), features.max(axis=0)
    return (features - low) / (high - low)


def _runs(rng):
    problems = [_small(), *(_problem(rng, m, n) for m, n in ((4, 2), (5, 3)))]
    return [(X, y, theta, float(rng.uniform(0.02, 0.1))) for X, y, theta in problems]


def _one_after_the_other(X, y, theta, eta):
    for i in range(len(y)):
        theta = theta - eta * _slope(X[i : i + 1], y[i : i + 1], theta)
    return theta


@exercise(
    stars=2,
    cases=_runs,
    judge=agrees_with(_one_after_the_other, "That is not where one pass over the examples ends."),
    hints=[
        "The residual of one example is a number: `x_i @ theta - y_i`.",
        "Its gradient is 2 times residual times `x_i`, with the theta of this moment.",
        "Inside the loop: `theta = theta - eta * 2 * (x_i @ theta - y_i) * x_i`.",
    ],
    lesson="m small steps for the price of one large one: why big data is trained this way.",
)
def one_epoch(X, y, theta, eta):
    """theta after one pass of stochastic gradient descent over the examples, in order."""
    for x_i, y_i in zip(X, y, strict=True):
        residual = x_i @ theta - y_i
        theta = theta - eta * 2 * residual * x_i
    return theta


@one_epoch.mistake(
    "Your residuals are stale: they were computed before the pass, with the old theta. "
    "Predict anew for each example, with the theta of this moment."
)
def _stale(X, y, theta, eta):
    residuals = X @ theta - y
    for i in range(len(y)):
        theta = theta - eta * 2 * residuals[i] * X[i]
    return theta


@one_epoch.mistake("The factor 2 of the gradient is missing in each step.")
def _no_factor_two(X, y, theta, eta):
    for i in range(len(y)):
        theta = theta - eta * (X[i] @ theta - y[i]) * X[i]
    return theta


one_epoch.mistake(
    "That is one step with the gradient of all examples. Take a step after each example.",
    lambda X, y, theta, eta: theta - eta * 2 / len(y) * X.T @ (X @ theta - y),
)


@one_epoch.mistake("The gradient of *one* example is a mean over one: do not divide by m here.")
def _each_divided_by_m(X, y, theta, eta):
    for i in range(len(y)):
        theta = theta - eta * 2 / len(y) * (X[i] @ theta - y[i]) * X[i]
    return theta


one_epoch.mistake(
    "You stop after the first example: is `return` inside the loop? Move it to the left.",
    lambda X, y, theta, eta: theta - eta * 2 * (X[0] @ theta - y[0]) * X[0],
)


@one_epoch.mistake(
    "`len(x_i)` is the number of parameters. One example means m = 1: nothing to divide."
)
def _divided_by_parameters_each(X, y, theta, eta):
    for x_i, y_i in zip(X, y, strict=True):
        theta = theta - eta * 2 / len(x_i) * (x_i @ theta - y_i) * x_i
    return theta


@one_epoch.mistake(
    "Your steps go uphill: either you added the gradient, or you subtracted one whose "
    "residual is y - ŷ instead of ŷ - y."
)
def _climbs(X, y, theta, eta):
    for i in range(len(y)):
        theta = theta + eta * 2 * (X[i] @ theta - y[i]) * X[i]
    return theta
