"""Least squares and gradient descent.

The exercises of notebook 02. In all of them X (m, n) begins with a column of ones, y is
(m,), and theta (n,) begins with b.
"""

from itertools import permutations

import numpy as np

from course_lib.exercises.engine.answers import same
from course_lib.exercises.engine.exercise import exercise
from course_lib.exercises.engine.judging import (
    CORRECT,
    CaseOnly,
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
    X = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 3.0]])
    return X, np.array([2.0, 1.0, 6.0]), np.array([1.0, 2.0])


def _points(rng):
    return [_small(), *(_problem(rng, m, n) for m, n in ((5, 2), (7, 3), (4, 5)))]


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
    "That is the mean of the sizes of the errors. Square each error in place of taking `abs`.",
    lambda X, y, theta: np.abs(X @ theta - y).mean(),
)
mse.mistake(
    "You took the mean first and then the square, so errors of opposite sign cancel. Square "
    "each error, then take the mean.",
    lambda X, y, theta: (X @ theta - y).mean() ** 2,
)
mse.mistake(
    "You added up the errors first and then squared, so errors of opposite sign cancel. Square "
    "each error, then take the mean.",
    lambda X, y, theta: (X @ theta - y).sum() ** 2 / len(y),
)
mse.mistake(
    "You divided by the number of parameters; m is the number of examples.",
    lambda X, y, theta: ((X @ theta - y) ** 2).sum() / len(theta),
)
mse.mistake(
    "You divided by m - 1. The mean of m squares is their sum divided by m.",
    lambda X, y, theta: ((X @ theta - y) ** 2).sum() / (len(y) - 1),
)
mse.mistake(
    "You divided by 50, as in the text; here m is `len(y)`.",
    lambda X, y, theta: ((X @ theta - y) ** 2).sum() / 50,
)
mse.mistake(
    "You did not square, so errors of opposite sign cancel.",
    lambda X, y, theta: (X @ theta - y).mean(),
)
mse.mistake(
    "You squared y alone, because `**` comes before `-`. Put the error in brackets first.",
    lambda X, y, theta: (X @ theta - y**2).mean(),
)
mse.mistake(
    "You squared prediction and label each on its own. Subtract first, then square the error.",
    lambda X, y, theta: ((X @ theta) ** 2 - y**2).mean(),
)
mse.mistake(
    "That is the root of the mean square. The cost is the mean square itself, without a root.",
    lambda X, y, theta: np.sqrt(((X @ theta - y) ** 2).mean()),
)
mse.mistake(
    "That is the length of the vector of errors, the root of the sum of their squares. The cost "
    "has no root, and it is a mean.",
    lambda X, y, theta: np.sqrt(((X @ theta - y) ** 2).sum()),
)
mse.mistake(
    "There is a factor 1/2 too many. Some books have it; (2.1) has not.",
    lambda X, y, theta: ((X @ theta - y) ** 2).mean() / 2,
)
mse.mistake(
    "That is the variance of the errors: it subtracts their mean first, so it does not notice if "
    "all predictions are too high. Square the errors as they are.",
    lambda X, y, theta: (X @ theta - y).var(),
)
mse.mistake(
    "You added y to the predictions. An error is the difference of the two.",
    lambda X, y, theta: ((X @ theta + y) ** 2).mean(),
)
mse.mistake(
    "That is the mean square of the predictions. Subtract y from them before you square.",
    lambda X, y, theta: ((X @ theta) ** 2).mean(),
)
mse.mistake(
    "You subtract every label from every prediction, which makes a matrix (m, m): one of the two "
    "is a column. Keep both as vectors (m,).",
    lambda X, y, theta: ((X @ theta - y[:, None]) ** 2).mean(),
)
mse.mistake(
    "`X * theta` multiplies entry by entry and does not add up. A prediction is the dot product "
    "of a row of X with theta: `@`.",
    lambda X, y, theta: ((X * theta - y[:, None]) ** 2).mean(),
)
mse.mistake(
    "Your predictions use the bias and the first weight alone. With more features there are more "
    "weights: `X @ theta` takes them all.",
    lambda X, y, theta: ((theta[0] + theta[1] * X[:, 1] - y) ** 2).mean(),
)
mse.mistake(
    "You add the bias twice. The column of ones in X already brings it into `X @ theta`.",
    lambda X, y, theta: ((X @ theta + theta[0] - y) ** 2).mean(),
)
mse.mistake(
    "Your predictions leave out the bias: theta[0] counts too, with the column of ones in X.",
    lambda X, y, theta: ((X[:, 1:] @ theta[1:] - y) ** 2).mean(),
)
mse.mistake(
    "y and theta have changed places: that is the mean square of Xᵀy - θ. If you call `cost`, it "
    "wants theta first.",
    lambda X, y, theta: ((X.T @ y - theta) ** 2).mean(),
)


@exercise(
    stars=2,
    cases=_points,
    judge=matches_numerical_gradient(_cost, "dtheta"),
    hints=[
        "Start from the residuals, `X @ theta - y`: one per example.",
        "Entry j is 2/m times the sum of residual times X[i, j]: that is what `X.T @ …` adds up.",
    ],
    lesson="Each entry is twice the mean of residual times input. You will meet (2.3) again.",
)
def mse_gradient(X, y, theta):
    """The gradient (2.3) of the mean squared error at theta."""
    return 2 / len(y) * X.T @ (X @ theta - y)


mse_gradient.mistake(
    "That is half of the gradient: the square brings down a factor 2, as in (x²)' = 2x.",
    lambda X, y, theta: X.T @ (X @ theta - y) / len(y),
)
mse_gradient.mistake(
    "The cost is a mean, so its gradient is one too: divide by m.",
    lambda X, y, theta: 2 * X.T @ (X @ theta - y),
)
mse_gradient.mistake(
    "The sum is right, and its factor 2/m is missing: the square brings down the 2, and the cost "
    "is a mean over m examples.",
    lambda X, y, theta: X.T @ (X @ theta - y),
)
mse_gradient.mistake(
    "The sign is reversed, so this is the way *down*. The gradient points uphill; the "
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
    "That has one entry per example: your mean goes along the rows of X. Each parameter needs the "
    "mean over all examples, `axis=0`.",
    lambda X, y, theta: 2 * ((X @ theta - y)[:, None] * X).mean(axis=1),
)
mse_gradient.mistake(
    "You divided by the number of parameters; m is the number of examples.",
    lambda X, y, theta: 2 / len(theta) * X.T @ (X @ theta - y),
)
mse_gradient.mistake(
    "You divided by 50, as in the text; here m is `len(y)`.",
    lambda X, y, theta: 2 / 50 * X.T @ (X @ theta - y),
)
mse_gradient.mistake(
    "You did not subtract y. The gradient is made of the residuals, predictions minus labels.",
    lambda X, y, theta: 2 / len(y) * X.T @ (X @ theta),
)
mse_gradient.mistake(
    "The predictions Xθ are missing. The gradient is made of the residuals, predictions minus "
    "labels.",
    lambda X, y, theta: -2 / len(y) * X.T @ y,
)
mse_gradient.mistake(
    "You added y to the predictions. A residual is prediction minus label.",
    lambda X, y, theta: 2 / len(y) * X.T @ (X @ theta + y),
)
mse_gradient.mistake(
    "The residuals are still squared. The derivative of r² is 2r: the square is gone, and the "
    "factor 2 is what is left of it.",
    lambda X, y, theta: 2 / len(y) * X.T @ (X @ theta - y) ** 2,
)
mse_gradient.mistake(
    "Only the signs of the residuals are left: that belongs to the mean of |r|. For r² a large "
    "residual counts more than a small one.",
    lambda X, y, theta: 2 / len(y) * X.T @ np.sign(X @ theta - y),
)
mse_gradient.mistake(
    "You multiplied the mean residual by the mean input. Multiply for each example first, then "
    "take the mean: a mean of products is no product of means.",
    lambda X, y, theta: 2 * (X @ theta - y).mean() * X.mean(axis=0),
)
mse_gradient.mistake(
    "That is one number, twice the mean of the residuals: the derivative by the bias alone. For "
    "each other parameter, each residual is multiplied by its input first.",
    lambda X, y, theta: 2 * (X @ theta - y).mean(),
)
mse_gradient.mistake(
    "The derivative by the bias is missing. It is a parameter like the others, whose input is the "
    "column of ones.",
    lambda X, y, theta: 2 / len(y) * X[:, 1:].T @ (X @ theta - y),
)
mse_gradient.mistake(
    "There is a factor theta too many. The derivative of θ·x by θ is x alone.",
    lambda X, y, theta: 2 / len(y) * theta * (X.T @ (X @ theta - y)),
)
mse_gradient.mistake(
    "That is the cost itself. Its gradient has one entry per parameter, and says how the cost "
    "changes with each.",
    lambda X, y, theta: ((X @ theta - y) ** 2).mean(),
)
mse_gradient.mistake(
    "That is the matrix 2/m XᵀX, which holds the second derivatives. The gradient is the vector "
    "of the first ones, and y counts in it.",
    lambda X, y, theta: 2 / len(y) * X.T @ X,
)
mse_gradient.mistake(
    "You subtracted the gradient from theta, which is a step already. Here the gradient alone is "
    "wanted.",
    lambda X, y, theta: theta - 2 / len(y) * X.T @ (X @ theta - y),
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
normal_equation.mistake(
    "That is Xᵀy, the right side of (2.4) alone. θ is what XᵀX must be multiplied by to give it.",
    lambda X, y: X.T @ y,
)
normal_equation.mistake(
    "Those are the predictions Xθ, one per example; return θ itself.",
    lambda X, y: X @ np.linalg.solve(X.T @ X, X.T @ y),
)
normal_equation.mistake(
    "Those are the residuals Xθ - y, one per example; return θ itself.",
    lambda X, y: X @ np.linalg.solve(X.T @ X, X.T @ y) - y,
)
normal_equation.mistake(
    "That is the smallest cost. Asked is the θ at which the cost is smallest.",
    lambda X, y: ((X @ np.linalg.solve(X.T @ X, X.T @ y) - y) ** 2).mean(),
)
normal_equation.mistake(
    "You divided entry by entry, and a matrix came out. `/` does not undo `@`: solve the "
    "equations with `np.linalg.solve`.",
    lambda X, y: (X.T @ y) / (X.T @ X),
)
normal_equation.mistake(
    "`*` multiplies entry by entry, so a matrix came out. Between the inverse and Xᵀy belongs `@`.",
    lambda X, y: np.linalg.inv(X.T @ X) * (X.T @ y),
)
normal_equation.mistake(
    "That is the matrix by which y must still be multiplied, with `@`.",
    lambda X, y: np.linalg.pinv(X),
)
normal_equation.mistake(
    "That is the inverse of XᵀX. To get θ, multiply it by the right side of (2.4), with `@`.",
    lambda X, y: np.linalg.inv(X.T @ X),
)
normal_equation.mistake(
    "That fits each column on its own, as if the others were not there. The equations belong "
    "together: solve them with `np.linalg.solve`.",
    lambda X, y: X.T @ y / (X**2).sum(axis=0),
)
normal_equation.mistake(
    "The factor 2/m stands on the left side of (2.4) alone. Leave it out on both sides, or put it "
    "on both.",
    lambda X, y: np.linalg.solve(2 / len(y) * X.T @ X, X.T @ y),
)
normal_equation.mistake(
    "The factor 2/m stands on the right side of (2.4) alone. Leave it out on both sides, or put "
    "it on both.",
    lambda X, y: np.linalg.solve(X.T @ X, 2 / len(y) * X.T @ y),
)
normal_equation.mistake(
    "The division by m stands on the left side of (2.4) alone. Leave it out on both sides, or put "
    "it on both.",
    lambda X, y: np.linalg.solve(X.T @ X / len(y), X.T @ y),
)
normal_equation.mistake(
    "The division by m stands on the right side of (2.4) alone. Leave it out on both sides, or "
    "put it on both.",
    lambda X, y: np.linalg.solve(X.T @ X, X.T @ y / len(y)),
)
normal_equation.mistake(
    "b is missing: you return the slopes alone. theta begins with b, the parameter of the column "
    "of ones.",
    lambda X, y: np.linalg.solve(X.T @ X, X.T @ y)[1:],
)
normal_equation.mistake(
    "The slopes are right, but b is 0. If you use `LinearRegression`: it keeps b apart, in "
    "`intercept_`.",
    lambda X, y: np.linalg.solve(X.T @ X, X.T @ y) * (np.arange(X.shape[1]) > 0),
)
normal_equation.mistake(
    "You left out the column of ones, so the line must go through the origin, and there is no b.",
    lambda X, y: np.linalg.lstsq(X[:, 1:], y)[0],
)
normal_equation.mistake(
    "You fit a line by the first feature alone, and return its slope before b. Use all columns of "
    "X; theta begins with b.",
    lambda X, y: np.polyfit(X[:, 1], y, 1),
)
normal_equation.mistake(
    "You fit a line by the first feature alone. With more features there are more parameters: use "
    "all columns of X.",
    lambda X, y: np.polyfit(X[:, 1], y, 1)[::-1],
)
normal_equation.mistake(
    "`lstsq` returns four things, of which the first is θ. Return that one alone.",
    lambda X, y: np.linalg.lstsq(X, y),
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


_is_one_step = agrees_with(
    _descended,
    "That is not θ - η∇J.",
    "new_theta",
    origin=lambda X, y, theta, eta: theta,
)


def _judge_step(cases, values):
    verdict = _is_one_step(cases, values)
    if type(verdict) is CaseOnly and all(map(_is_further_on, cases, values)):
        return (
            "That lies further on, where many steps would lead, if not at the minimum itself. Take "
            "one step from theta, without a loop."
        )
    return verdict


def _is_further_on(case, value):
    """Is the value reached by 2 to 2000 steps?"""
    X, y, theta, eta = case
    path = [theta]
    for _ in range(2000):
        path.append(path[-1] - eta * 2 / len(y) * X.T @ (X @ path[-1] - y))
    return np.shape(value) == theta.shape and np.isclose(path[2:], value).all(axis=1).any()


@exercise(
    stars=3,
    cases=_steps,
    judge=_judge_step,
    hints=[
        "There are two parts: the gradient (2.3) at theta, then the step (2.5).",
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
    "That is half a step: the gradient of a square has the factor 2, see (2.3).",
    lambda X, y, theta, eta: theta - eta / len(y) * X.T @ (X @ theta - y),
)
gradient_step.mistake(
    "Your step goes uphill: either you added the gradient, or you subtracted one whose "
    "residuals are y - Xθ instead of Xθ - y.",
    lambda X, y, theta, eta: theta + eta * 2 / len(y) * X.T @ (X @ theta - y),
)
gradient_step.mistake(
    "Your step goes uphill, and it is half as long as it should be: the gradient of a square has "
    "the factor 2, and it is subtracted.",
    lambda X, y, theta, eta: theta + eta / len(y) * X.T @ (X @ theta - y),
)
gradient_step.mistake(
    "Your gradient is summed over the examples, not averaged: the more data, the longer "
    "the step. Divide by m.",
    lambda X, y, theta, eta: theta - eta * 2 * X.T @ (X @ theta - y),
)
gradient_step.mistake(
    "The factor 2/m of the gradient is missing, see (2.3).",
    lambda X, y, theta, eta: theta - eta * X.T @ (X @ theta - y),
)
gradient_step.mistake(
    "You divided by 50, as in the text; here m is `len(y)`.",
    lambda X, y, theta, eta: theta - eta * 2 / 50 * X.T @ (X @ theta - y),
)
gradient_step.mistake(
    "You divided by 100, as in the text; here m is `len(y)`.",
    lambda X, y, theta, eta: theta - eta * 2 / 100 * X.T @ (X @ theta - y),
)
gradient_step.mistake(
    "You divided by the number of parameters; m is the number of examples.",
    lambda X, y, theta, eta: theta - eta * 2 / len(theta) * X.T @ (X @ theta - y),
)
gradient_step.mistake(
    "That is the gradient. The step starts from theta: see (2.5).",
    lambda X, y, theta, eta: 2 / len(y) * X.T @ (X @ theta - y),
)
gradient_step.mistake(
    "That is the move alone. Add it to theta to say where you stand.",
    lambda X, y, theta, eta: -eta * 2 / len(y) * X.T @ (X @ theta - y),
)
gradient_step.mistake(
    "That is η times the gradient. Subtract it from theta to say where you stand after the step.",
    lambda X, y, theta, eta: eta * 2 / len(y) * X.T @ (X @ theta - y),
)
gradient_step.mistake(
    "You multiplied the gradient by 1 - η, and theta does not count. The step starts from theta: "
    "see (2.5).",
    lambda X, y, theta, eta: (1 - eta) * 2 / len(y) * X.T @ (X @ theta - y),
)
gradient_step.mistake(
    "You multiplied theta by 1 - η times the gradient. In (2.5) the move is subtracted from theta.",
    lambda X, y, theta, eta: theta * (1 - eta * 2 / len(y) * X.T @ (X @ theta - y)),
)
gradient_step.mistake(
    "η multiplies the whole difference. It should multiply the gradient alone: leave theta as "
    "it is.",
    lambda X, y, theta, eta: eta * (theta - 2 / len(y) * X.T @ (X @ theta - y)),
)


@gradient_step.mistake("You subtract the gradient from the cost J. What moves is theta; J follows.")
def _updates_the_cost(X, y, theta, eta):
    cost = ((X @ theta - y) ** 2).mean()
    return cost - eta * 2 / len(y) * X.T @ (X @ theta - y)


gradient_step.mistake(
    "You subtract η times the cost from theta. The cost is one number and knows no direction: "
    "subtract η times its gradient.",
    lambda X, y, theta, eta: theta - eta * ((X @ theta - y) ** 2).mean(),
)
gradient_step.mistake(
    "You left out η, the learning rate.",
    lambda X, y, theta, eta: theta - 2 / len(y) * X.T @ (X @ theta - y),
)
gradient_step.mistake(
    "You did not subtract y from the predictions. The gradient is made of the residuals, Xθ - y.",
    lambda X, y, theta, eta: theta - eta * 2 / len(y) * X.T @ (X @ theta),
)
gradient_step.mistake(
    "The residuals are still squared. The derivative of r² is 2r: the square is gone.",
    lambda X, y, theta, eta: theta - eta * 2 / len(y) * X.T @ (X @ theta - y) ** 2,
)
gradient_step.mistake(
    "Only the signs of the residuals are left in your gradient, as in the perceptron's rule. Here "
    "a large residual moves theta more than a small one.",
    lambda X, y, theta, eta: theta - eta * 2 / len(y) * X.T @ np.sign(X @ theta - y),
)
gradient_step.mistake(
    "All parameters move by the same amount. For each of them, multiply the residuals by its own "
    "input, a column of X, before you take the mean.",
    lambda X, y, theta, eta: theta - eta * 2 * (X @ theta - y).mean(),
)
gradient_step.mistake(
    "The slopes move rightly, but b stays where it was. It is a parameter like the others, whose "
    "input is the column of ones.",
    lambda X, y, theta, eta: (
        theta - eta * 2 / len(y) * X.T @ (X @ theta - y) * (np.arange(len(theta)) > 0)
    ),
)


@gradient_step.mistake(
    "You divided the gradient by its length, so every step is η long. In (2.5) the step is η "
    "times the gradient as it is: long where it is steep, short near the minimum."
)
def _of_one_length(X, y, theta, eta):
    gradient = X.T @ (X @ theta - y)
    return theta - eta * gradient / np.linalg.norm(gradient)


@gradient_step.mistake(
    "You move one parameter after the other, and compute the residuals anew in between. In one "
    "step all of them move together, by the gradient at the old theta."
)
def _one_parameter_after_the_other(X, y, theta, eta):
    theta = theta.copy()
    for j in range(len(theta)):
        theta[j] -= eta * 2 / len(y) * X[:, j] @ (X @ theta - y)
    return theta


@gradient_step.mistake(
    "You take a step after each example. Here one step is wanted, with the mean over all of them."
)
def _step_by_step(X, y, theta, eta):
    for x_i, y_i in zip(X, y, strict=True):
        theta = theta - eta * 2 * (x_i @ theta - y_i) * x_i
    return theta


def _matrices(rng):
    """Matrices X; the Hessian of the first has the eigenvalues 1 and 11."""
    small = np.column_stack([np.ones(4), [3.0, 3.0, 1.0, -1.0]])
    drawn = [_problem(rng, m, n)[0] for m, n in ((6, 2), (8, 3), (12, 4))]
    return [(small,), *((X * np.r_[1, 3 * np.ones(X.shape[1] - 1)],) for X in drawn)]


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
    "1/λ is the best step for the steepest direction, but descent stays stable up to 2/λ.",
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
    "You divided by 100, as in the text; here m is `len(X)`.",
    lambda X: 2 / np.linalg.eigvalsh(2 / 100 * X.T @ X).max(),
)
largest_step.mistake(
    "Your Hessian is divided by the number of columns; m is the number of examples, the rows of X.",
    lambda X: 2 / np.linalg.eigvalsh(2 / X.shape[1] * X.T @ X).max(),
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
    "That is λ itself, the largest curvature. The steeper the valley, the shorter the step: the "
    "limit is 2/λ.",
    lambda X: np.linalg.eigvalsh(2 / len(X) * X.T @ X).max(),
)
largest_step.mistake(
    "You took the largest entry of the Hessian. The largest curvature is its largest eigenvalue, "
    "which is never smaller than an entry: `np.linalg.eigvalsh`.",
    lambda X: 2 / (2 / len(X) * X.T @ X).max(),
)
largest_step.mistake(
    "You divided by the sum of all curvatures, the trace. The largest one alone sets the limit.",
    lambda X: 2 / np.trace(2 / len(X) * X.T @ X),
)
largest_step.mistake(
    "You divided by the mean of the eigenvalues. The largest one alone sets the limit.",
    lambda X: 2 / np.linalg.eigvalsh(2 / len(X) * X.T @ X).mean(),
)
largest_step.mistake(
    "You divided by the product of the eigenvalues, the determinant. The largest one alone sets "
    "the limit.",
    lambda X: 2 / np.linalg.det(2 / len(X) * X.T @ X),
)
largest_step.mistake(
    "You took the second eigenvalue. They come smallest first, so for more than two parameters "
    "the largest is not the second, but the last.",
    lambda X: 2 / np.linalg.eigvalsh(2 / len(X) * X.T @ X)[1],
)
largest_step.mistake(
    "`np.linalg.norm` of a matrix is the root of the sum of all its squares, not its largest "
    "eigenvalue: that is what `np.linalg.eigvalsh` is for.",
    lambda X: 2 / np.linalg.norm(2 / len(X) * X.T @ X),
)
largest_step.mistake(
    "You took the largest singular value of X itself. The curvatures are the eigenvalues of the "
    "Hessian (2.6).",
    lambda X: 2 / np.linalg.norm(X, 2),
)
largest_step.mistake(
    "You divided the largest eigenvalue by the smallest. That ratio tells how many steps it takes; "
    "how long a step may be depends on the largest alone.",
    lambda X: np.linalg.cond(2 / len(X) * X.T @ X),
)
largest_step.mistake(
    "You left out the column of ones. The bias is a parameter too, and belongs to the Hessian.",
    lambda X: 2 / np.linalg.eigvalsh(2 / len(X) * X[:, 1:].T @ X[:, 1:]).max(),
)


def _tables(rng):
    small = np.array([[0.0, 70.0], [6.0, 10.0], [6.0, 90.0], [8.0, 70.0]])  # deviations 3 and 30
    drawn = [
        rng.normal(size=(m, n)) * rng.uniform(1, 9, n) + 5 for m, n in ((5, 2), (6, 1), (8, 3))
    ]
    return [(features,) for features in (small, *drawn)]


def _scaled(features):
    centred = features - sum(features) / len(features)
    return centred * (len(features) / sum(centred**2)) ** 0.5


WRONG = "Those columns are not the standardised features."
_is_scaled = agrees_with(_scaled, WRONG, "Your table")
_is_scaled_with_ddof_1 = agrees_with(
    lambda features: _scaled(features) * (1 - 1 / len(features)) ** 0.5, WRONG, "Your table"
)


def _judge_standardise(cases, values):
    verdict = _is_scaled(cases, values)
    if verdict is CORRECT or _is_scaled_with_ddof_1(cases, values) is CORRECT:
        return CORRECT
    if type(verdict) is not CaseOnly:
        return verdict
    for (features,), value in zip(cases, values, strict=True):
        scaled = numbers(value, features.shape, "Your table")
        for what, right, found in (
            ("mean", 0, scaled.mean(axis=0)),
            ("standard deviation", 1, scaled.std(axis=0)),
        ):
            j = np.abs(found - right).argmax()
            if not same(found[j], float(right)):
                return (
                    f"Column {j} of your table has {what} {found[j]:.3g}; each column should have "
                    f"{what} {right}."
                )
    return verdict


@exercise(
    stars=1,
    cases=_tables,
    judge=_judge_standardise,
    hints=[
        "`features.mean(axis=0)` has one entry per column, and so has `std`.",
        "Subtract the means, divide by the deviations: NumPy does it for all rows at once.",
    ],
    lesson="The valley is rounder now: no feature limits the step by its unit alone. Some divide "
    "by m - 1 in the deviation, with `ddof=1`; that hardly matters here, and both are right.",
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
    "The means are right, but you took one deviation for the whole table. Take it per column too: "
    "`std` needs `axis=0` as well.",
    lambda features: (features - features.mean(axis=0)) / features.std(),
)
standardise.mistake(
    "The deviations are right, but you subtracted one mean of the whole table. Take it per column "
    "too: `mean` needs `axis=0` as well.",
    lambda features: (features - features.mean()) / features.std(axis=0),
)
standardise.mistake(
    "The deviation is 1, but the mean is not 0: subtract it first.",
    lambda features: features / features.std(axis=0),
)
standardise.mistake(
    "The mean is 0, but the deviation is not 1 yet: now divide by it.",
    lambda features: features - features.mean(axis=0),
)
standardise.mistake(
    "You divided by the variance. Its root, the standard deviation, is `std`.",
    lambda features: (features - features.mean(axis=0)) / features.var(axis=0),
)
standardise.mistake(
    "You divided by the root of the standard deviation. `std` is already a root, that of `var`.",
    lambda features: (features - features.mean(axis=0)) / np.sqrt(features.std(axis=0)),
)
standardise.mistake(
    "You multiplied by the deviation, so wide columns become wider still. Divide by it.",
    lambda features: (features - features.mean(axis=0)) * features.std(axis=0),
)
standardise.mistake(
    "Only the mean was divided, because `/` comes before `-`. Put `features - mean` in brackets.",
    lambda features: features - features.mean(axis=0) / features.std(axis=0),
)
standardise.mistake(
    "You added the mean. Subtract it, so that the new mean is 0.",
    lambda features: (features + features.mean(axis=0)) / features.std(axis=0),
)
standardise.mistake(
    "You divided each column by its mean. Subtract the mean, then divide by the standard "
    "deviation.",
    lambda features: features / features.mean(axis=0),
)
standardise.mistake(
    "You subtracted the median. Half of the entries lie below it, but it is the mean that becomes "
    "0 when the mean is subtracted.",
    lambda features: (features - np.median(features, axis=0)) / features.std(axis=0),
)
standardise.mistake(
    "You divided by the range, from the smallest to the largest entry. Divide by the standard "
    "deviation.",
    lambda features: (features - features.mean(axis=0)) / np.ptp(features, axis=0),
)
standardise.mistake(
    "That maps each column onto [0, 1]: useful at times, but the mean should be 0 here, "
    "and the deviation 1.",
    lambda features: (features - features.min(axis=0)) / np.ptp(features, axis=0),
)
standardise.mistake(
    "You divided each column by its largest entry. Subtract the mean, then divide by the standard "
    "deviation.",
    lambda features: features / features.max(axis=0),
)


@standardise.mistake(
    "You divided each column by its length, which grows with the number of rows. The standard "
    "deviation is the root of the *mean* of the squares, not of their sum."
)
def _by_length(features):
    centred = features - features.mean(axis=0)
    return centred / np.linalg.norm(centred, axis=0)


@standardise.mistake(
    "You divided by the mean distance from the mean. The standard deviation is the root of the "
    "mean of the squares."
)
def _by_mean_distance(features):
    centred = features - features.mean(axis=0)
    return centred / np.abs(centred).mean(axis=0)


@standardise.mistake(
    "The features are scaled rightly, but a column of ones stands in front. Return the features "
    "alone; the ones come later, when X is built."
)
def _with_ones(features):
    scaled = (features - features.mean(axis=0)) / features.std(axis=0)
    return np.column_stack([np.ones(len(features)), scaled])


@standardise.mistake(
    "The scaled table is right, but you return mean and deviation as well. Return the table alone."
)
def _with_mean_and_deviation(features):
    mean, std = features.mean(axis=0), features.std(axis=0)
    return (features - mean) / std, mean, std


def _runs(rng):
    problems = [_small(), *(_problem(rng, m, n) for m, n in ((4, 2), (5, 3)))]
    return [(X, y, theta, float(rng.uniform(0.02, 0.1))) for X, y, theta in problems]


def _one_after_the_other(X, y, theta, eta):
    for i in range(len(y)):
        theta = theta - eta * _slope(X[i : i + 1], y[i : i + 1], theta)
    return theta


_is_one_epoch = agrees_with(
    _one_after_the_other, "That is not where one pass over the examples ends."
)


def _judge_epoch(cases, values):
    verdict = _is_one_epoch(cases, values)
    if type(verdict) is CaseOnly and all(map(_is_out_of_order, cases, values)):
        return (
            "Those are right steps, one for each example, but in another order. Take the examples "
            "in the order in which they come, from the first to the last."
        )
    return verdict


def _is_out_of_order(case, value):
    X, y, theta, eta = case
    for order in permutations(range(len(y))):
        end = theta
        for i in order:
            end = end - eta * 2 * (X[i] @ end - y[i]) * X[i]
        if same(end, value):
            return True
    return False


@exercise(
    stars=2,
    cases=_runs,
    judge=_judge_epoch,
    hints=[
        "The residual of one example is a number: `x_i @ theta - y_i`.",
        "Its gradient is 2 times residual times `x_i`, with the theta of this moment.",
        "Inside the loop: `theta = theta - eta * 2 * (x_i @ theta - y_i) * x_i`.",
    ],
    lesson="You get m small steps for the price of one large one. That is why one trains on big "
    "data this way.",
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


one_epoch.mistake(
    "That is one step with the gradient of all examples. Take a step after each example.",
    lambda X, y, theta, eta: theta - eta * 2 / len(y) * X.T @ (X @ theta - y),
)
one_epoch.mistake(
    "You stop after the first example. Is `return` inside the loop? Move it to the left.",
    lambda X, y, theta, eta: theta - eta * 2 * (X[0] @ theta - y[0]) * X[0],
)
one_epoch.mistake(
    "Only the last example counts: each of your steps starts from the old theta. Start each from "
    "where the step before ended.",
    lambda X, y, theta, eta: theta - eta * 2 * (X[-1] @ theta - y[-1]) * X[-1],
)


def _pass(X, y, theta, move):
    """theta after a pass in which `move(x_i, residual)` is subtracted for each example."""
    for x_i, y_i in zip(X, y, strict=True):
        theta = theta - move(x_i, x_i @ theta - y_i)
    return theta


one_epoch.mistake(
    "The factor 2 of the gradient is missing in each step.",
    lambda X, y, theta, eta: _pass(X, y, theta, lambda x, r: eta * r * x),
)
one_epoch.mistake(
    "The gradient of *one* example is a mean over one: do not divide by m here.",
    lambda X, y, theta, eta: _pass(X, y, theta, lambda x, r: eta * 2 / len(y) * r * x),
)
one_epoch.mistake(
    "In each step you divided by the number of parameters, `len(x_i)`. One example means m = 1, so "
    "there is nothing to divide by.",
    lambda X, y, theta, eta: _pass(X, y, theta, lambda x, r: eta * 2 / len(x) * r * x),
)
one_epoch.mistake(
    "Your steps go uphill: either you added the gradient, or you subtracted one whose "
    "residual is y - ŷ instead of ŷ - y.",
    lambda X, y, theta, eta: _pass(X, y, theta, lambda x, r: -eta * 2 * r * x),
)
one_epoch.mistake(
    "You left out η, the learning rate.",
    lambda X, y, theta, eta: _pass(X, y, theta, lambda x, r: 2 * r * x),
)
one_epoch.mistake(
    "In each step all parameters move by the same amount. Each should move in proportion to its "
    "own input: multiply the residual by `x_i`.",
    lambda X, y, theta, eta: _pass(X, y, theta, lambda x, r: eta * 2 * r),
)
one_epoch.mistake(
    "The residuals are still squared. The derivative of r² is 2r: the square is gone.",
    lambda X, y, theta, eta: _pass(X, y, theta, lambda x, r: eta * 2 * r**2 * x),
)
one_epoch.mistake(
    "Only the signs of the residuals are left, as in the perceptron's rule. Here a large residual "
    "moves theta more than a small one.",
    lambda X, y, theta, eta: _pass(X, y, theta, lambda x, r: eta * 2 * np.sign(r) * x),
)
one_epoch.mistake(
    "The slopes move rightly, but b stays where it was. It is a parameter like the others, whose "
    "input is always 1.",
    lambda X, y, theta, eta: _pass(
        X, y, theta, lambda x, r: eta * 2 * r * x * (np.arange(len(x)) > 0)
    ),
)
one_epoch.mistake(
    "You did not subtract `y_i` from the prediction. The gradient is made of the residual.",
    lambda X, y, theta, eta: _pass(X, 0 * y, theta, lambda x, r: eta * 2 * r * x),
)
one_epoch.mistake(
    "The last example is left out: `range(n)` already ends before n.",
    lambda X, y, theta, eta: _pass(X[:-1], y[:-1], theta, lambda x, r: eta * 2 * r * x),
)
one_epoch.mistake(
    "The first example is left out: places count from 0.",
    lambda X, y, theta, eta: _pass(X[1:], y[1:], theta, lambda x, r: eta * 2 * r * x),
)


@one_epoch.mistake(
    "Each of your steps uses the gradient of all examples. In step i only `x_i` and `y_i` should "
    "count."
)
def _all_in_each(X, y, theta, eta):
    for _ in y:
        theta = theta - eta * 2 / len(y) * X.T @ (X @ theta - y)
    return theta


@one_epoch.mistake(
    "In the loop theta becomes the move itself, η times the gradient. Subtract that from theta."
)
def _moves_alone(X, y, theta, eta):
    for x_i, y_i in zip(X, y, strict=True):
        theta = eta * 2 * (x_i @ theta - y_i) * x_i
    return theta


@one_epoch.mistake(
    "In the loop theta becomes the gradient itself. Subtract η times the gradient from theta."
)
def _gradients_alone(X, y, theta, eta):
    for x_i, y_i in zip(X, y, strict=True):
        theta = 2 * (x_i @ theta - y_i) * x_i
    return theta


@one_epoch.mistake("Your learning rate falls from example to example. Within this pass it stays η.")
def _decays(X, y, theta, eta):
    for i in range(len(y)):
        theta = theta - eta / (1 + i) * 2 * (X[i] @ theta - y[i]) * X[i]
    return theta


@one_epoch.mistake("You go through the examples more than once, m times. One epoch is one pass.")
def _many_epochs(X, y, theta, eta):
    for _ in y:
        theta = _pass(X, y, theta, lambda x, r: eta * 2 * r * x)
    return theta
