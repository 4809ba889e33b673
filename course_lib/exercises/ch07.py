"""Activations compared.

The exercises of notebook 07. One example per row. dZ and dA are the derivatives of the cost by
Z and A, of the shape of what they are the derivative by.
"""

import numpy as np

from course_lib.activations import softmax
from course_lib.exercises.engine.exercise import exercise
from course_lib.exercises.engine.judging import (
    CORRECT,
    agrees_with,
    matches_numerical_gradient,
    numbers,
    parts_agree_with,
)
from course_lib.gradcheck import numerical_gradient

TITLE = "Activations compared"


def _sums(rng):
    return [(np.array([0.0, 0.5, -2.0, 3.0]),), *((2 * rng.normal(size=n),) for n in (1, 5))]


def _logistic(z):
    return 1 / (1 + np.exp(-z))


@exercise(
    stars=1,
    cases=_sums,
    judge=agrees_with(_logistic, "The sigmoid is something else."),
    hints=[
        "(7.1) says tanh u = 2σ(2u) - 1. Solve it for σ(2u).",
        "σ(2u) = (tanh u + 1)/2. Which u makes 2u = z?",
    ],
    lesson="One curve, two scales: whatever holds for the one holds for the other, rescaled.",
)
def sigmoid_from_tanh(z):
    """σ(z) from the hyperbolic tangent: (7.1), turned round."""
    return (np.tanh(z / 2) + 1) / 2


sigmoid_from_tanh.mistake(
    "The ends are right, the middle is too steep: at 0 its slope is 1/2, the sigmoid's "
    "1/4. Stretch it along z.",
    lambda z: (np.tanh(z) + 1) / 2,
)
sigmoid_from_tanh.mistake(
    "2z squeezes it further. The sigmoid is the wide one: put z/2 inside.",
    lambda z: (np.tanh(2 * z) + 1) / 2,
)
sigmoid_from_tanh.mistake(
    "It runs from -1 to 1, the sigmoid from 0 to 1. Move it, halve it.", lambda z: np.tanh(z / 2)
)
sigmoid_from_tanh.mistake("It runs from 0 to 2. Halve it.", lambda z: np.tanh(z / 2) + 1)
sigmoid_from_tanh.mistake(
    "(7.1) goes from σ to tanh. Solve it for σ, and write z for 2z.",
    lambda z: 2 * np.tanh(2 * z) - 1,
)


def _bent(rng):
    hand = np.array([[1.0, 2.0, 3.0]]), np.array([[-1.0, 0.5, 2.0]]), 0.1
    drawn = []
    for m, n in [(2, 4), (5, 3)]:
        Z = rng.normal(size=(m, n))
        Z[np.abs(Z) < 0.1] = -0.5  # away from the kink
        Z[0, :2] = 1.5, -1.5
        drawn.append((rng.normal(size=(m, n)), Z, float(rng.uniform(0.05, 0.4))))
    minus = rng.normal(size=(1, 4)), np.array([[1.0, -2.0, 0.5, -0.5]]), -1.0
    return [hand, *drawn, minus]


def _leaky(dA, Z, slope):
    return (dA * (np.maximum(Z, 0) + slope * np.minimum(Z, 0))).sum()


@exercise(
    stars=1,
    cases=_bent,
    judge=matches_numerical_gradient(_leaky, "dZ"),
    hints=["(5.3): dZ = dA ⊙ φ'(Z), and φ' is given by (7.4).", "np.where(Z > 0, …, …) chooses."],
    lesson="With slope 0 it is ReLU, with 1 nothing at all, and with -1 the absolute value.",
)
def leaky_backward(dA, Z, slope):
    """dZ from dA through a leaky ReLU of that slope: (5.3) with (7.4)."""
    return dA * np.where(Z > 0, 1, slope)


leaky_backward.mistake(
    "That is plain ReLU. Below 0 the leaky one lets a share through: slope · dA.",
    lambda dA, Z, slope: dA * (Z > 0),
)
leaky_backward.mistake(
    "Turned round: the small slope is for Z below 0.",
    lambda dA, Z, slope: np.where(Z > 0, slope * dA, dA),
)
leaky_backward.mistake(
    "The gate is set by Z, in the forward pass, not by the sign of dA.",
    lambda dA, Z, slope: np.where(dA > 0, dA, slope * dA),
)
leaky_backward.mistake(
    "That is φ'(Z) alone. Multiply by dA, what came from behind: (5.3).",
    lambda dA, Z, slope: np.where(Z > 0, 1.0, slope),
)
leaky_backward.mistake(
    "Below 0 you return the slope alone: it is slope · dA there.",
    lambda dA, Z, slope: np.where(Z > 0, dA, slope),
)
leaky_backward.mistake(
    "Below 0 the slope is +slope, as the line α z says.",
    lambda dA, Z, slope: np.where(Z > 0, dA, -slope * dA),
)
leaky_backward.mistake(
    "You multiplied by the output φ(Z). It is the slope φ'(Z).",
    lambda dA, Z, slope: dA * np.where(Z > 0, Z, slope * Z),
)


def _scores(rng):
    return [(np.array([0.0, np.log(3)]),), *((rng.normal(size=k),) for k in (3, 5))]


def _jacobian(z):
    k = len(z)
    return np.stack([numerical_gradient(lambda z, i=i: softmax(z)[i], z) for i in range(k)])


@exercise(
    stars=2,
    cases=_scores,
    judge=agrees_with(_jacobian, "Finite differences disagree.", "The table of slopes"),
    hints=[
        "(7.5): p_k (1 - p_k) on the diagonal, -p_k p_j elsewhere.",
        "np.diag(p) puts p on the diagonal of a table; np.outer(p, p) has the products.",
    ],
    lesson="Each row sums to 0: probabilities can only be moved about.",
)
def softmax_slopes(z):
    """∂p_k/∂z_j for p = softmax(z), as a table (k, k): (7.5)."""
    p = np.exp(z) / np.exp(z).sum()
    return np.diag(p) - np.outer(p, p)


@softmax_slopes.mistake(
    "As if each output were a sigmoid of its own. They share a denominator: when one score "
    "rises, all other probabilities fall."
)
def _each_alone(z):
    p = np.exp(z) / np.exp(z).sum()
    return np.diag(p * (1 - p))


@softmax_slopes.mistake("On the diagonal p_k is missing: p_k also rises with its own score.")
def _without_itself(z):
    p = np.exp(z) / np.exp(z).sum()
    return -np.outer(p, p)


@softmax_slopes.mistake("The 1 belongs to the diagonal only; elsewhere it is -p_k p_j.")
def _one_everywhere(z):
    p = np.exp(z) / np.exp(z).sum()
    return np.outer(p, 1 - p)


@softmax_slopes.mistake(
    "`p * table` multiplies column j by p_j. The factor in (7.5) is p_k, one for each row: "
    "p[:, None]."
)
def _factor_of_the_column(z):
    p = np.exp(z) / np.exp(z).sum()
    return p * (np.eye(len(z)) - p)


@softmax_slopes.mistake("The sign: p_k rises with its own score z_k.")
def _wrong_sign(z):
    p = np.exp(z) / np.exp(z).sum()
    return np.outer(p, p) - np.diag(p)


@softmax_slopes.mistake("Only k numbers. Each of k outputs depends on each of k scores.")
def _only_the_diagonal(z):
    p = np.exp(z) / np.exp(z).sum()
    return p * (1 - p)


def _sizes(rng):
    shapes = [(150, 100), (100, 400), (400, 50), (400, 50)]
    return [(*shape, np.random.default_rng(int(rng.integers(2**32)))) for shape in shapes]


# What each mistake says; `_LAWS` has the variance that it gives, None standing for the right one.
_NO_ROOT = "The variance is 2/n_in; `rng.normal` wants its root, the standard deviation."
_XAVIER = "That is Xavier's, made for tanh: n_out does not matter here."
_FAN_OUT = "n_in counts here: that many terms are added up in each unit. You took n_out."
_HALF = "Variance 1/n_in keeps a signal that passes whole. ReLU lets half through: twice as much."
_TINY = "A fixed size suits one width only. The variance must shrink as 1/n_in."
_HALF_A_ROOT = "Take the root of the whole fraction, √(2/n_in); you left the 2 outside it."
_UNIFORM = (
    "Uniform numbers between -a and a have the variance a²/3, not a². Take a = √(6/n_in), or "
    "rng.normal."
)
_LAWS = [
    (lambda n, k: 2 / n, None),
    (lambda n, k: 4 / n**2, _NO_ROOT),
    (lambda n, k: 2 / (n + k), _XAVIER),
    (lambda n, k: 2 / k, _FAN_OUT),
    (lambda n, k: 1 / n, _HALF),
    (lambda n, k: 2 / (3 * n), _UNIFORM),
    (lambda n, k: 4 / n, _HALF_A_ROOT),
    (lambda n, k: 4 / (n + k) ** 2, _NO_ROOT),
]


def _judge_weights(cases, values):
    tables = []
    for (n_in, n_out, _), value in zip(cases, values, strict=True):
        W = numbers(value, (n_in, n_out), "The weights")
        if np.ptp(W) == 0:
            return "All weights are equal: the units stay equal for ever. Draw them with rng."
        if np.allclose(W, W[:, :1]) or np.allclose(W, W[:1]):
            return "All units, or all inputs, have the same weights. Draw n_in times n_out numbers."
        tables.append(W)
    if not np.array_equal(tables[0], tables[-1]):  # the first case comes twice
        return "The same rng gave other weights: draw them with the rng that you are given."
    if np.array_equal(tables[2], tables[3]):
        return "Two generators gave the same weights: draw with rng, do not make one of your own."
    if any(abs(W.mean()) > 6 * W.std() / np.sqrt(W.size) for W in tables):
        return "The weights are not centred: as many should be below 0 as above."
    if any(len(np.unique(W, axis=1).T) < W.shape[1] for W in tables):
        return "Some units have the same weights as others: draw n_in times n_out numbers."
    variances = np.array([W.var() for W in tables])
    for law, sentence in _LAWS:
        if np.allclose(variances, [law(n, k) for n, k, _ in cases], rtol=0.07):
            return sentence or _spread_evenly(tables)
    if np.allclose(variances, variances[0], rtol=0.07):
        return _TINY
    ratios = [variance * case[0] / 2 for variance, case in zip(variances, cases, strict=True)]
    worst = int(np.argmax(np.abs(np.log(ratios))))
    n_in, n_out, _ = cases[worst]
    return (
        f"For n_in = {n_in} and n_out = {n_out} the variance of your weights is "
        f"{variances[worst]:.2g}; 2/n_in is {2 / n_in:.2g}."
    )


def _spread_evenly(tables):
    for W in tables:
        if min(W.var(axis=0).min(), W.var(axis=1).min()) < 0.05 * W.var():
            return "On the whole the variance is right, but not in every row and column."
    return CORRECT


@exercise(
    stars=3,
    cases=_sizes,
    judge=_judge_weights,
    hints=[
        "(7.7): mean 0 and variance 2/n_in.",
        "rng.normal(0, s, size=(n_in, n_out)), where s is the standard deviation.",
    ],
    lesson="Any shape of distribution will do: mean and variance decide how the signal travels.",
)
def initialise(n_in, n_out, rng):
    """Weights (n_in, n_out) with which a ReLU layer keeps the size of its signal: (7.7)."""
    return rng.normal(0, np.sqrt(2 / n_in), size=(n_in, n_out))


initialise.mistake(_NO_ROOT, lambda n_in, n_out, rng: rng.normal(0, 2 / n_in, size=(n_in, n_out)))
initialise.mistake(
    _XAVIER, lambda n_in, n_out, rng: rng.normal(0, np.sqrt(2 / (n_in + n_out)), size=(n_in, n_out))
)
initialise.mistake(
    _FAN_OUT, lambda n_in, n_out, rng: rng.normal(0, np.sqrt(2 / n_out), size=(n_in, n_out))
)
initialise.mistake(
    _HALF, lambda n_in, n_out, rng: rng.normal(0, np.sqrt(1 / n_in), size=(n_in, n_out))
)
initialise.mistake(_TINY, lambda n_in, n_out, rng: rng.normal(0, 0.01, size=(n_in, n_out)))


@initialise.mistake(_UNIFORM)
def _uniform(n_in, n_out, rng):
    a = np.sqrt(2 / n_in)
    return rng.uniform(-a, a, size=(n_in, n_out))


initialise.mistake(
    _HALF_A_ROOT, lambda n_in, n_out, rng: rng.normal(0, 2 / np.sqrt(n_in), size=(n_in, n_out))
)
initialise.mistake(
    "All weights are equal: the units stay equal for ever. Draw them with rng.",
    lambda n_in, n_out, rng: np.zeros((n_in, n_out)),
)
initialise.mistake(
    "The weights are not centred: as many should be below 0 as above.",
    lambda n_in, n_out, rng: rng.random((n_in, n_out)) * np.sqrt(2 / n_in),
)


@initialise.mistake(
    "Two generators gave the same weights: draw with rng, do not make one of your own."
)
def _own_generator(n_in, n_out, rng):
    return np.random.default_rng(0).normal(0, np.sqrt(2 / n_in), size=(n_in, n_out))


def _layers(rng):
    hand = [[1.0, -1.0, 0.0, -3.0, 2.0], [-2.0, -1.0, 0.0, 4.0, 2.0], [0.5, -2.0, -1.0, -1.0, 2.0]]
    drawn = []
    for m, n in [(4, 7), (90, 5)]:
        Z = rng.normal(size=(m, n))
        Z[:, [0, 2]] = -np.abs(Z[:, [0, 2]])
        Z[0, 2] = 0.0
        Z[:, 1] = -np.abs(Z[:, 1])
        Z[m - 1, 1] = 1e-3  # one example wakes it
        Z[:, 3], Z[1, 3] = 1 + np.abs(Z[:, 3]), -0.1  # on, but for one
        drawn.append((Z[:, rng.permutation(n)],))
    return [(np.array(hand),), *drawn]


def _never_above_zero(Z):
    return [float(max(column) <= 0) for column in Z.T.tolist()]


@exercise(
    stars=2,
    cases=_layers,
    judge=agrees_with(_never_above_zero, "At least one unit is judged wrongly.", "The answers"),
    hints=["Off is Z <= 0. Ask for each column whether all its entries are.", "axis=0, and .all."],
    lesson="No example wakes it, so no gradient reaches its weights.",
)
def dead_units(Z):
    """For the sums Z (m, n) of a ReLU layer: which of the n units are off for all examples."""
    return (Z <= 0).all(axis=0)


dead_units.mistake(
    "A unit that is off for some examples is at work. Dead: off for *all*.",
    lambda Z: (Z <= 0).any(axis=0),
)
dead_units.mistake(
    "A mean below 0 proves nothing: one example above 0 keeps it alive.",
    lambda Z: Z.mean(axis=0) <= 0,
)
dead_units.mistake(
    "One answer per unit, a column: axis=0, over the examples.", lambda Z: (Z <= 0).all(axis=1)
)
dead_units.mistake(
    "At Z = 0 ReLU's output and slope are 0 too: <= 0, not < 0.", lambda Z: (Z < 0).all(axis=0)
)
dead_units.mistake(
    "Not how many, but which: one True or False for each unit.",
    lambda Z: int((Z <= 0).all(axis=0).sum()),
)
dead_units.mistake(
    "That is the share of examples for which it is off. Dead: the share is 1.",
    lambda Z: (Z <= 0).mean(axis=0),
)
dead_units.mistake("Turned round: True is for the dead.", lambda Z: (Z > 0).any(axis=0))


def _adam_cases(rng):
    hand = (np.array([1.0, 2.0]), np.array([0.5, -4.0]), np.zeros(2), np.zeros(2), 1, 0.1)
    small = (np.zeros(3), np.array([1e-7, -2e-8, 3e-9]), np.zeros(3), np.zeros(3), 1, 0.1)
    drawn = []
    for n, t in [(3, 2), (1, 10), (4, 500)]:
        theta, g, m = rng.normal(size=(3, n))
        drawn.append((theta, g, m, rng.uniform(0.1, 1, size=n), t, float(rng.uniform(0.01, 0.3))))
    return [hand, *drawn, small]


def _by_the_book(theta, g, m, v, t, lr):
    pairs = list(zip(m, v, g, strict=True))
    mean = np.array([9 * old + slope for old, _, slope in pairs]) / 10
    square = np.array([999 * old + slope * slope for _, old, slope in pairs]) / 1000
    ratio = mean / (1 - 0.9**t) / (1e-8 + (square / (1 - 0.999**t)) ** 0.5)
    return theta - lr * ratio, mean, square


_agrees = parts_agree_with(
    _by_the_book,
    ("theta", "m", "v"),
    first=("m", "v"),
    about={
        "m": "m is the running mean of g, (7.9).",
        "v": "v is the running mean of g², (7.9).",
        "theta": "Correct m and v by (7.10), then step by (7.11).",
    },
    rtol=1e-4,
    atol=1e-20,
    origins={"theta": lambda theta, g, m, v, t, lr: theta},
)


def _judge_adam(cases, values):
    verdict = _agrees(cases, values)
    large = [i for i, case in enumerate(cases) if np.abs(case[1]).max() > 1e-6]
    if verdict is CORRECT or len(large) == len(cases):
        return verdict
    if _agrees([cases[i] for i in large], [values[i] for i in large]) is CORRECT:
        return "Right, but for tiny gradients: look at ε = 1e-8, added to the root, (7.11)."
    return verdict


@exercise(
    stars=2,
    cases=_adam_cases,
    judge=_judge_adam,
    hints=[
        "Four lines: m, v, their corrected versions, and theta. β₁ = 0.9, β₂ = 0.999, ε = 1e-8.",
        "m_hat = m / (1 - 0.9**t) and v_hat = v / (1 - 0.999**t); return theta, m, v.",
    ],
    lesson="Multiply all gradients by 1000: the steps of Adam stay the same.",
)
def adam_step(theta, g, m, v, t, lr):
    """θ, m and v after step number t (from 1) of Adam, with β₁ = 0.9, β₂ = 0.999, ε = 1e-8."""
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + 1e-8), m, v


@adam_step.mistake("Both means began at 0 and are too small at first: divide by 1 - βᵗ, (7.10).")
def _uncorrected(theta, g, m, v, t, lr):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    return theta - lr * m / (np.sqrt(v) + 1e-8), m, v


@adam_step.mistake("v is a mean of *squares*: only its root has the size of a gradient.")
def _rootless(theta, g, m, v, t, lr):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    return theta - lr * (m / (1 - 0.9**t)) / (v / (1 - 0.999**t) + 1e-8), m, v


@adam_step.mistake(
    "Return m and v themselves: the next step goes on from them. The corrected ones serve "
    "this step only."
)
def _corrected_kept(theta, g, m, v, t, lr):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    m, v = m / (1 - 0.9**t), v / (1 - 0.999**t)
    return theta - lr * m / (np.sqrt(v) + 1e-8), m, v


@adam_step.mistake("v is the running mean of g², not of |g|: see (7.9).")
def _not_squared(theta, g, m, v, t, lr):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * np.abs(g)
    return theta - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), m, v


@adam_step.mistake("ε stands outside the root, (7.11): inside, it would slow small gradients.")
def _eps_inside(theta, g, m, v, t, lr):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    return theta - lr * (m / (1 - 0.9**t)) / np.sqrt(v / (1 - 0.999**t) + 1e-8), m, v


@adam_step.mistake("The sign: the step goes down, θ minus η times the ratio.")
def _climbing(theta, g, m, v, t, lr):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    return theta + lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), m, v


@adam_step.mistake("The right three, in another order: return theta, m, v.")
def _returned_in_another_order(theta, g, m, v, t, lr):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    return m, v, theta - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)


@adam_step.mistake("β₁ = 0.9 is for m, β₂ = 0.999 for v: you swapped them.")
def _betas_swapped(theta, g, m, v, t, lr):
    m, v = 0.999 * m + 0.001 * g, 0.9 * v + 0.1 * g**2
    return theta - lr * (m / (1 - 0.999**t)) / (np.sqrt(v / (1 - 0.9**t)) + 1e-8), m, v


@adam_step.mistake("The step takes m̂, the running mean, not g itself.")
def _no_momentum(theta, g, m, v, t, lr):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    return theta - lr * g / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), m, v
