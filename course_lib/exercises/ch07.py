"""Activations compared.

The exercises of notebook 07. One example per row. dZ and dA are the derivatives of the cost by
Z and A, of the shape of what they are the derivative by.
"""

import numpy as np

from course_lib.activations import softmax
from course_lib.exercises.engine.exercise import exercise
from course_lib.exercises.engine.judging import (
    CORRECT,
    CaseOnly,
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
    judge=agrees_with(_logistic, "That is not the sigmoid yet."),
    hints=[
        "(7.1) says tanh u = 2σ(2u) - 1. Solve it for σ(2u).",
        "That gives σ(2u) = (tanh u + 1)/2. Which u makes 2u = z?",
    ],
    lesson="They are one curve on two scales: what holds for one holds for the other, rescaled.",
)
def sigmoid_from_tanh(z):
    """σ(z) from the hyperbolic tangent: (7.1), solved for σ."""
    return (np.tanh(z / 2) + 1) / 2


sigmoid_from_tanh.mistake(
    "Both ends are right, but the middle is too steep: at 0 its slope is 1/2, and the sigmoid's is "
    "1/4. What has to stand inside tanh to stretch the curve along z?",
    lambda z: (np.tanh(z) + 1) / 2,
)
sigmoid_from_tanh.mistake(
    "With 2z inside, the curve gets even steeper than tanh. The sigmoid is the wider of the two: "
    "where (7.1) has σ(2u), you want σ(z), so put z/2 for u.",
    lambda z: (np.tanh(2 * z) + 1) / 2,
)
sigmoid_from_tanh.mistake(
    "This curve runs from -1 to 1, and the sigmoid from 0 to 1. Which two steps bring it there?",
    lambda z: np.tanh(z / 2),
)
sigmoid_from_tanh.mistake(
    "That is tanh itself: it runs from -1 to 1, and it is steeper than the sigmoid. Solve (7.1) "
    "for σ, and then write z for 2u.",
    lambda z: np.tanh(z),
)
sigmoid_from_tanh.mistake(
    "This curve runs from 0 to 2, and the sigmoid from 0 to 1. Half of it is what you want.",
    lambda z: np.tanh(z / 2) + 1,
)
for _inside in (0.5, 1, 2):
    sigmoid_from_tanh.mistake(
        "“Twice, minus 1” leads from σ to tanh. You are on the way back, from tanh to σ: solve "
        "(7.1) for σ, so each step is undone, and the last one first.",
        lambda z, u=_inside: 2 * np.tanh(u * z) - 1,
    )
for _inside in (0.5, 1):
    sigmoid_from_tanh.mistake(
        "`/` comes before `+`, so only one of the two terms is halved. Put brackets around the "
        "sum: all of it is halved.",
        lambda z, u=_inside: np.tanh(u * z) + 1 / 2,
    )
    sigmoid_from_tanh.mistake(
        "This curve runs from -1/2 to 1/2, and the sigmoid from 0 to 1. A shift is still missing.",
        lambda z, u=_inside: np.tanh(u * z) / 2,
    )
    sigmoid_from_tanh.mistake(
        "Here tanh is halved and the 1 is not. Put brackets around the sum: all of it is halved.",
        lambda z, u=_inside: np.tanh(u * z) / 2 + 1,
    )
    sigmoid_from_tanh.mistake(
        "This curve runs from -1 to 0. Taken to the other side of (7.1), the 1 is added.",
        lambda z, u=_inside: (np.tanh(u * z) - 1) / 2,
    )
    sigmoid_from_tanh.mistake(
        "A square makes the negative half positive, so the curve falls and then rises again. "
        "Shift tanh upwards by 1 instead, and halve it.",
        lambda z, u=_inside: np.tanh(u * z) ** 2,
    )
    sigmoid_from_tanh.mistake(
        "That is 1 minus a square, which is how the slope of tanh is written. Asked is the "
        "sigmoid itself: solve (7.1) for σ.",
        lambda z, u=_inside: 1 - np.tanh(u * z) ** 2,
    )
    sigmoid_from_tanh.mistake(
        "You cut tanh off at 0, as ReLU would. The sigmoid is positive for negative z, too: shift "
        "tanh upwards by 1, and halve it.",
        lambda z, u=_inside: np.maximum(0, np.tanh(u * z)),
    )
    sigmoid_from_tanh.mistake(
        "The absolute value folds the negative half upwards. Shift tanh upwards by 1 instead, "
        "and halve it.",
        lambda z, u=_inside: np.abs(np.tanh(u * z)),
    )
sigmoid_from_tanh.mistake(
    "`//` rounds down, so between two whole numbers your curve is flat. Divide z with `/`.",
    lambda z: (np.tanh(z // 2) + 1) / 2,
)
sigmoid_from_tanh.mistake(
    "That is the slope of the sigmoid, σ(1 - σ). Asked is the sigmoid itself.",
    lambda z: (1 - np.tanh(z / 2) ** 2) / 4,
)
sigmoid_from_tanh.mistake(
    "You wrote tanh where the sigmoid has exp. (7.1) is another way to say what σ is: solve it "
    "for σ.",
    lambda z: 1 / (1 + np.tanh(-z)),
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
    "That is plain ReLU, which lets nothing through where Z < 0. The leaky one lets a share "
    "through there: slope · dA.",
    lambda dA, Z, slope: dA * (Z > 0),
)
leaky_backward.mistake(
    "The two branches are exchanged: the slope is 1 where Z > 0, and `slope` where Z < 0.",
    lambda dA, Z, slope: np.where(Z > 0, slope * dA, dA),
)
leaky_backward.mistake(
    "You decide by the sign of dA. The gate was set in the forward pass, by the sign of Z.",
    lambda dA, Z, slope: np.where(dA > 0, dA, slope * dA),
)
leaky_backward.mistake(
    "That is φ'(Z) alone. By the chain rule (5.3) it is multiplied by dA, the upstream gradient.",
    lambda dA, Z, slope: np.where(Z > 0, 1.0, slope),
)
leaky_backward.mistake(
    "Where Z < 0 you return the slope alone; there, too, it is multiplied by dA.",
    lambda dA, Z, slope: np.where(Z > 0, dA, slope),
)
leaky_backward.mistake(
    "Where Z < 0 you turned the sign of the slope round. The line α z has the slope α.",
    lambda dA, Z, slope: np.where(Z > 0, dA, -slope * dA),
)
leaky_backward.mistake(
    "You multiplied dA by the output φ(Z). The chain rule wants the slope φ'(Z), (7.4).",
    lambda dA, Z, slope: dA * np.where(Z > 0, Z, slope * Z),
)
leaky_backward.mistake(
    "That is the forward pass, φ(Z). Going back, you want dA times the slope φ'(Z), (7.4).",
    lambda dA, Z, slope: np.where(Z > 0, Z, slope * Z),
)
leaky_backward.mistake(
    "Where Z < 0 you multiplied by slope · Z, the value of the line. Its slope is `slope`.",
    lambda dA, Z, slope: dA * np.where(Z > 0, 1, slope * Z),
)
leaky_backward.mistake(
    "Where Z < 0 you return slope · Z, which is the forward pass. Going back it is slope · dA.",
    lambda dA, Z, slope: np.where(Z > 0, dA, slope * Z),
)
leaky_backward.mistake(
    "You added the slope everywhere, so where Z > 0 it became 1 + slope. Only one of the two "
    "branches counts for each entry.",
    lambda dA, Z, slope: dA * ((Z > 0) + slope),
)
leaky_backward.mistake(
    "You multiplied by `slope` everywhere. Where Z > 0 the slope is 1.",
    lambda dA, Z, slope: dA * slope,
)
leaky_backward.mistake(
    "Where Z > 0 you return 0. There the slope is 1, and dA passes unchanged.",
    lambda dA, Z, slope: dA * slope * (Z < 0),
)
leaky_backward.mistake(
    "Where Z < 0 you return 0, and where Z > 0 you multiply by `slope`. It is the other way "
    "round: `slope` belongs to Z < 0, and where Z > 0 dA passes unchanged.",
    lambda dA, Z, slope: dA * slope * (Z > 0),
)
leaky_backward.mistake(
    "You compare Z with `slope`. The two lines meet at Z = 0, and there the slope changes.",
    lambda dA, Z, slope: dA * np.where(Z - slope > 0, 1, slope),
)
leaky_backward.mistake(
    "You added dA and the slope. The chain rule multiplies them.",
    lambda dA, Z, slope: dA + np.where(Z > 0, 1, slope),
)
leaky_backward.mistake(
    "Where Z < 0 you divided by the slope. The chain rule multiplies, backwards as well.",
    lambda dA, Z, slope: np.where(Z > 0, dA, dA / slope),
)
leaky_backward.mistake(
    "Where Z < 0 you took 1 - slope. The line α z has the slope α.",
    lambda dA, Z, slope: dA * np.where(Z > 0, 1, 1 - slope),
)
leaky_backward.mistake(
    "np.sign gives -1 where Z < 0. There the slope of a leaky ReLU is `slope`.",
    lambda dA, Z, slope: dA * np.sign(Z),
)
leaky_backward.mistake(
    "Where Z < 0 you multiplied by 1 + slope. The line α z has the slope α.",
    lambda dA, Z, slope: dA * np.where(Z > 0, 1, 1 + slope),
)
leaky_backward.mistake(
    "dA and Z are exchanged: the sign of Z decides, and dA is what is multiplied.",
    lambda dA, Z, slope: Z * np.where(dA > 0, 1, slope),
)
_MATRIX_PRODUCT = (
    "`@` is the matrix product, which mixes the entries of a row. Each sum has a slope of its own, "
    "so multiply entry by entry, with `*`: dZ has the shape of Z."
)
leaky_backward.mistake(_MATRIX_PRODUCT, lambda dA, Z, slope: dA @ np.where(Z > 0, 1, slope).T)
leaky_backward.mistake(_MATRIX_PRODUCT, lambda dA, Z, slope: dA.T @ np.where(Z > 0, 1, slope))


def _scores(rng):
    return [(np.array([0.0, np.log(3)]),), *((rng.normal(size=k),) for k in (3, 5))]


def _jacobian(z):
    k = len(z)
    return np.stack([numerical_gradient(lambda z, i=i: softmax(z)[i], z) for i in range(k)])


@exercise(
    stars=2,
    cases=_scores,
    judge=agrees_with(_jacobian, "Finite differences give other slopes.", "The slopes"),
    hints=[
        "(7.5): p_k (1 - p_k) on the diagonal, -p_k p_j elsewhere.",
        "np.diag(p) puts p on the diagonal of a matrix; np.outer(p, p) holds all products p_k p_j.",
    ],
    lesson="Each row sums to 0: what one probability gains, the others lose.",
)
def softmax_slopes(z):
    """∂p_k/∂z_j for p = softmax(z), as a matrix (k, k): (7.5)."""
    p = np.exp(z) / np.exp(z).sum()
    return np.diag(p) - np.outer(p, p)


@softmax_slopes.mistake(
    "You treat each output as a sigmoid of its own score. But all of them share a denominator: "
    "when one score rises, all other probabilities fall, so no entry of the matrix is 0."
)
def _each_alone(z):
    p = np.exp(z) / np.exp(z).sum()
    return np.diag(p * (1 - p))


softmax_slopes.mistake(
    "On the diagonal the term p_k is missing: p_k also rises with its own score.",
    lambda z: -np.outer(softmax(z), softmax(z)),
)
softmax_slopes.mistake(
    "The 1 in the bracket of (7.5) belongs to the diagonal only; elsewhere the entry is -p_k p_j.",
    lambda z: np.outer(softmax(z), 1 - softmax(z)),
)
_SQUARES = (
    "Off the diagonal your entries are squares, such as -p_j · p_j, where (7.5) has the product of "
    "two different probabilities, -p_k p_j. `p` multiplies each column by its own number, and "
    "`p[:, None]` each row."
)
softmax_slopes.mistake(_SQUARES, lambda z: softmax(z) * (np.eye(len(z)) - softmax(z)))
softmax_slopes.mistake(_SQUARES, lambda z: np.diag(softmax(z)) - softmax(z)[:, None] ** 2)
softmax_slopes.mistake(
    "p minus the label is the slope of softmax and cross-entropy together. Asked are those of the "
    "softmax alone, (7.5).",
    lambda z: softmax(z) - np.eye(len(z)),
)
softmax_slopes.mistake(
    "All signs are reversed. On the diagonal p_k rises with its own score z_k.",
    lambda z: np.outer(softmax(z), softmax(z)) - np.diag(softmax(z)),
)
softmax_slopes.mistake(
    "You return k numbers, the diagonal alone. Each of the k outputs depends on each of the k "
    "scores: that makes a matrix (k, k).",
    lambda z: softmax(z) * (1 - softmax(z)),
)
_NO_FACTOR = "That is the bracket alone. In (7.5) a probability stands as a factor in front of it."
softmax_slopes.mistake(_NO_FACTOR, lambda z: np.eye(len(z)) - softmax(z))
softmax_slopes.mistake(_NO_FACTOR, lambda z: np.eye(len(z)) - softmax(z)[:, None])
_PLUS = (
    "Off the diagonal the slopes are negative: when another score rises, p_k falls, since all "
    "probabilities share one denominator."
)
softmax_slopes.mistake(_PLUS, lambda z: np.diag(softmax(z)) + np.outer(softmax(z), softmax(z)))
softmax_slopes.mistake(
    _PLUS, lambda z: np.abs(np.diag(softmax(z)) - np.outer(softmax(z), softmax(z)))
)
softmax_slopes.mistake(
    "`p @ p` of two vectors is a single number, with or without `.T`. All products p_k p_j, as a "
    "matrix, come from np.outer(p, p).",
    lambda z: np.diag(softmax(z)) - softmax(z) @ softmax(z),
)
_ONE_FACTOR = (
    "From the diagonal matrix you subtract a probability alone: (7.5) has a product there."
)
softmax_slopes.mistake(_ONE_FACTOR, lambda z: np.diag(softmax(z)) - softmax(z))
softmax_slopes.mistake(_ONE_FACTOR, lambda z: np.diag(softmax(z)) - softmax(z)[:, None])
softmax_slopes.mistake(
    "You have p on the diagonal, which is the first half of (7.5). The products p_k p_j are still "
    "to be subtracted.",
    lambda z: np.diag(softmax(z)),
)
softmax_slopes.mistake(
    "Those are the products p_k p_j alone. In (7.5) they are subtracted from p on the diagonal.",
    lambda z: np.outer(softmax(z), softmax(z)),
)
softmax_slopes.mistake(
    "Those are the probabilities themselves. Asked is how each of them moves with each score.",
    lambda z: softmax(z),
)
softmax_slopes.mistake(
    "You put the scores z into (7.5). It is about the probabilities: p = softmax(z).",
    lambda z: np.diag(z) - np.outer(z, z),
)


for _shift in (lambda z: 0, np.max):
    softmax_slopes.mistake(
        "Your p does not sum to 1. Divide the exponentials by their sum first: p = softmax(z).",
        lambda z, shift=_shift: (
            np.diag(np.exp(z - shift(z))) - np.outer(np.exp(z - shift(z)), np.exp(z - shift(z)))
        ),
    )


for _shape in (np.diag, lambda slopes: slopes):
    softmax_slopes.mistake(
        "Those are slopes of the sigmoid. Softmax divides by the sum over all scores, so each "
        "probability depends on every score: (7.5).",
        lambda z, shape=_shape: shape(_logistic(z) * (1 - _logistic(z))),
    )


def _sizes(rng):
    shapes = [(150, 100), (100, 400), (400, 50), (400, 50)]
    return [(*shape, np.random.default_rng(int(rng.integers(2**32)))) for shape in shapes]


# What each mistake says; `_LAWS` has the variance that it gives, None standing for the right one.
_NO_ROOT = "The variance is 2/n_in; `rng.normal` wants its root, the standard deviation."
_XAVIER = (
    "That looks like Xavier's rule (7.8), which was made for tanh. For a layer of ReLU only n_in "
    "counts, (7.7)."
)
_FAN_OUT = (
    "You took n_out. A unit adds up n_in products, so the size of its sum depends on n_in, (7.7)."
)
_HALF = (
    "A variance of 1/n_in keeps a signal that passes whole, as with tanh. ReLU lets only half of "
    "it through, so the variance must be twice as large."
)
_TINY = (
    "Your weights have the same size in every layer. A unit adds up n_in products: the more there "
    "are, the smaller each weight has to be, (7.7)."
)
_HALF_A_ROOT = "The root belongs over the whole fraction 2/n_in, and you left the 2 outside."
_ROOT_OF_2 = "The root belongs over the whole fraction 2/n_in, and you left n_in outside."
_UNIFORM = (
    "Uniform numbers between -a and a have the variance a²/3, not a². Take a = √(6/n_in), or draw "
    "with rng.normal."
)
_TOO_SMALL = "The variance is 2/n_in, and yours is 1/(2 n_in): the 2 stands above the line."
_INVERTED = "Your fraction is upside down: the more inputs, the smaller the weights."
_ALL_WEIGHTS = (
    "You divide by n_in times n_out, the number of all weights. A unit adds up n_in products only."
)
_SIX = "√(6/n_in) is a limit for uniform numbers. With rng.normal the deviation is √(2/n_in)."
_LAWS = [
    (lambda n, k: 2 / n, None),
    (lambda n, k: 4 / n**2, _NO_ROOT),
    (lambda n, k: 1 / n**2, _NO_ROOT),
    (lambda n, k: 2 / (n + k), _XAVIER),
    (lambda n, k: 1 / (n + k), _XAVIER),
    (lambda n, k: 6 / (n + k), _XAVIER),
    (lambda n, k: 4 / (n + k) ** 2, _XAVIER),
    (lambda n, k: 2 / k, _FAN_OUT),
    (lambda n, k: 1 / k, _FAN_OUT),
    (lambda n, k: 1 / n, _HALF),
    (lambda n, k: 2 / (3 * n), _UNIFORM),
    (lambda n, k: 1 / (3 * n), _UNIFORM),
    (lambda n, k: 4 / n, _HALF_A_ROOT),
    (lambda n, k: 2 / n**2, _ROOT_OF_2),
    (lambda n, k: 1 / (2 * n), _TOO_SMALL),
    (lambda n, k: n / 2, _INVERTED),
    (lambda n, k: 2 / (n * k), _ALL_WEIGHTS),
    (lambda n, k: 6 / n, _SIX),
]
_EQUAL = "All weights are equal, so all units stay equal for ever. Draw them with rng."
_NOT_CENTRED = (
    "The mean of your weights is not 0: about as many should lie below 0 as above. If you use "
    "rng.normal, its first number is the mean, and its second the deviation."
)
_OWN_GENERATOR = (
    "Two generators gave the same weights, so all layers would begin alike. Draw with the `rng` "
    "that you are given, and do not make one of your own."
)


def _judge_weights(cases, values):
    drawn = []
    for (n_in, n_out, _), value in zip(cases, values, strict=True):
        if isinstance(value, float) or (isinstance(value, np.ndarray) and value.ndim == 1):
            count = 1 if isinstance(value, float) else len(value)
            return (
                f"You return {count} number{'s' * (count > 1)}, not a matrix. Tell rng the shape "
                f"that you want: `size=(n_in, n_out)`."
            )
        W = numbers(value, (n_in, n_out), "The weights")
        if np.ptp(W) == 0:
            return _EQUAL
        if np.allclose(W, W[:, :1]) or np.allclose(W, W[:1]):
            return "All units, or all inputs, have the same weights. Draw n_in times n_out numbers."
        drawn.append(W)
    if not np.array_equal(drawn[0], drawn[-1]):  # the first case comes twice
        return (
            "The same rng gave other weights the second time. Draw them with the `rng` that you "
            "are given, so that a run can be repeated."
        )
    if np.array_equal(drawn[2], drawn[3]):
        return _OWN_GENERATOR
    if any(abs(W.mean()) > 6 * W.std() / np.sqrt(W.size) for W in drawn):
        return _NOT_CENTRED
    if any(len(np.unique(W, axis=1).T) < W.shape[1] for W in drawn):
        return "Some units have the same weights as others. Draw n_in times n_out numbers."
    variances = np.array([W.var() for W in drawn])
    for law, sentence in _LAWS:
        if np.allclose(variances, [law(n, k) for n, k, _ in cases], rtol=0.07):
            return sentence or _spread_evenly(drawn)
    if np.allclose(variances, variances[0], rtol=0.07):
        return _TINY
    ratios = [variance * case[0] / 2 for variance, case in zip(variances, cases, strict=True)]
    worst = int(np.argmax(np.abs(np.log(ratios))))
    n_in, n_out, _ = cases[worst]
    return CaseOnly(
        f"The variance is not that of (7.7). For n_in = {n_in} and n_out = {n_out} that of your "
        f"weights is {variances[worst]:.2g}, and 2/n_in is {2 / n_in:.2g}."
    )


def _spread_evenly(drawn):
    for W in drawn:
        if min(W.var(axis=0).min(), W.var(axis=1).min()) < 0.05 * W.var():
            return (
                "Over all weights the variance is right, but some rows or columns hardly vary. "
                "Draw every weight alike."
            )
    return CORRECT


@exercise(
    stars=3,
    cases=_sizes,
    judge=_judge_weights,
    hints=[
        "(7.7): mean 0 and variance 2/n_in.",
        "rng.normal(0, s, size=(n_in, n_out)), where s is the standard deviation.",
    ],
    lesson="Normal or uniform does not matter: mean and variance decide how the signal travels.",
)
def initialise(n_in, n_out, rng):
    """Weights (n_in, n_out) with which a ReLU layer keeps the size of its signal: (7.7)."""
    return rng.normal(0, np.sqrt(2 / n_in), size=(n_in, n_out))


def _normal(deviation):
    """Normal weights of the deviation that is a function of n_in and n_out."""
    return lambda n_in, n_out, rng: rng.normal(0, deviation(n_in, n_out), size=(n_in, n_out))


initialise.mistake(_NO_ROOT, lambda n_in, n_out, rng: rng.normal(0, 2 / n_in, size=(n_in, n_out)))
for _sentence, _deviation in [
    (_NO_ROOT, lambda n, k: 1 / n),
    (_XAVIER, lambda n, k: np.sqrt(2 / (n + k))),
    (_XAVIER, lambda n, k: 2 / (n + k)),
    (_FAN_OUT, lambda n, k: np.sqrt(2 / k)),
    (_HALF, lambda n, k: np.sqrt(1 / n)),
    (_TINY, lambda n, k: 0.01),
    (_HALF_A_ROOT, lambda n, k: 2 / np.sqrt(n)),
    (_ROOT_OF_2, lambda n, k: np.sqrt(2) / n),
    (_TOO_SMALL, lambda n, k: np.sqrt(1 / (2 * n))),
    (_INVERTED, lambda n, k: np.sqrt(n / 2)),
    (_ALL_WEIGHTS, lambda n, k: np.sqrt(2 / (n * k))),
    (_SIX, lambda n, k: np.sqrt(6 / n)),
]:
    initialise.mistake(_sentence, _normal(_deviation))


@initialise.mistake(_UNIFORM)
def _uniform(n_in, n_out, rng):
    a = np.sqrt(2 / n_in)
    return rng.uniform(-a, a, size=(n_in, n_out))


initialise.mistake(_EQUAL, lambda n_in, n_out, rng: np.zeros((n_in, n_out)))
initialise.mistake(
    _NOT_CENTRED, lambda n_in, n_out, rng: rng.random((n_in, n_out)) * np.sqrt(2 / n_in)
)
initialise.mistake(
    _NOT_CENTRED, lambda n_in, n_out, rng: rng.normal(np.sqrt(2 / n_in), size=(n_in, n_out))
)


@initialise.mistake(_OWN_GENERATOR)
def _own_generator(n_in, n_out, rng):
    return np.random.default_rng(0).normal(0, np.sqrt(2 / n_in), size=(n_in, n_out))


def _layers(rng):
    hand = [[1.0, -1.0, 0.0, -3.0, 2.0], [-2.0, -1.0, 0.0, 4.0, 2.0], [0.5, -2.0, 0.0, -1.0, 2.0]]
    drawn = []
    for m, n in [(4, 7), (90, 5)]:
        Z = rng.normal(size=(m, n))
        Z[:, [0, 2]] = -np.abs(Z[:, [0, 2]])
        Z[0, 2] = 0.0
        Z[:, 1] = -np.abs(Z[:, 1])
        Z[m - 1, 1] = 1e-3  # one example wakes it
        Z[:, 3], Z[1, 3] = 1 + np.abs(Z[:, 3]), -0.1  # on, but for one
        Z[:, 4] = np.where(np.arange(m) < n, -1, 1) * np.abs(Z[:, 4])  # off n times
        drawn.append((Z[:, rng.permutation(n)],))
    return [(np.array(hand),), *drawn]


def _never_above_zero(Z):
    return [float(max(column) <= 0) for column in Z.T.tolist()]


@exercise(
    stars=2,
    cases=_layers,
    judge=agrees_with(
        _never_above_zero, "The answer for at least one unit is wrong.", "The answers"
    ),
    hints=[
        "A unit is off where Z <= 0. Ask of each column whether that holds for all its entries.",
        "`.all(axis=0)` goes down the columns, over the examples.",
    ],
    lesson="If no example wakes a unit, no gradient reaches its weights, and it stays dead.",
)
def dead_units(Z):
    """For the sums Z (m, n) of a ReLU layer: which of the n units are off for all examples."""
    return (Z <= 0).all(axis=0)


dead_units.mistake(
    "You call a unit dead that is off for some examples only. That one is at work: dead means off "
    "for *all* examples.",
    lambda Z: (Z <= 0).any(axis=0),
)
dead_units.mistake(
    "You call a unit dead that is off for some examples only. That one is at work: dead means off "
    "for *all* examples.",
    lambda Z: (Z < 0).any(axis=0),
)
_MEAN = (
    "A mean or a sum over the examples proves nothing: one example above 0 is enough to keep a "
    "unit alive, however far below 0 the others are."
)
dead_units.mistake(_MEAN, lambda Z: Z.mean(axis=0) <= 0)
dead_units.mistake(_MEAN, lambda Z: Z.mean(axis=0) < 0)
dead_units.mistake(_MEAN, lambda Z: Z.sum(axis=0) == 0)
dead_units.mistake(
    "You call a unit dead that is off for more than half of the examples. Dead means for *all*.",
    lambda Z: (Z <= 0).mean(axis=0) > 0.5,
)
_PER_EXAMPLE = (
    "You return one answer for each example, a row. Asked is one for each unit, a column: go over "
    "the examples, with axis=0."
)
dead_units.mistake(_PER_EXAMPLE, lambda Z: (Z <= 0).all(axis=1))
dead_units.mistake(_PER_EXAMPLE, lambda Z: (Z <= 0).any(axis=1))
dead_units.mistake(_PER_EXAMPLE, lambda Z: (Z <= 0).sum(axis=1))
dead_units.mistake(
    "At Z = 0 the output of ReLU and its slope are 0, too, so such an example does not wake a "
    "unit: compare with <= 0.",
    lambda Z: (Z < 0).all(axis=0),
)
_EXACTLY_0 = (
    "You ask whether the sums Z are exactly 0. ReLU turns every sum below 0 into an output of 0, "
    "so a unit is off where Z <= 0."
)
dead_units.mistake(_EXACTLY_0, lambda Z: (Z == 0).all(axis=0))
dead_units.mistake(_EXACTLY_0, lambda Z: (Z == 0).any(axis=0))
_WHOLE_LAYER = (
    "You return one answer for the whole layer. Without an axis, `all` and `any` look at every "
    "entry of the matrix; asked is one answer for each unit, a column."
)
dead_units.mistake(_WHOLE_LAYER, lambda Z: (Z <= 0).all())
dead_units.mistake(_WHOLE_LAYER, lambda Z: (Z <= 0).any())
dead_units.mistake(
    "You look at the first example only. Another one may wake the unit: look at all rows.",
    lambda Z: Z[0] <= 0,
)
dead_units.mistake(
    "You look at the last example only. Another one may wake the unit: look at all rows.",
    lambda Z: Z[-1] <= 0,
)
dead_units.mistake(
    "That says for each example which units are off. Dead is a unit that is off for all of them: "
    "make one answer of each column.",
    lambda Z: Z <= 0,
)
dead_units.mistake(
    "You compare with the number of units, `Z.shape[1]`. A dead unit is off for all examples, and "
    "there are `len(Z)` of them.",
    lambda Z: (Z <= 0).sum(axis=0) == Z.shape[1],
)
dead_units.mistake(
    "That is how many units are dead. Asked is which: True or False for each unit.",
    lambda Z: int((Z <= 0).all(axis=0).sum()),
)
dead_units.mistake(
    "That is the share of examples for which each unit is off. Dead are those whose share is 1.",
    lambda Z: (Z <= 0).mean(axis=0),
)
dead_units.mistake(
    "That is for how many examples each unit is off. Dead are those that are off for all of them.",
    lambda Z: (Z <= 0).sum(axis=0),
)
dead_units.mistake(
    "Your answers are reversed: True is for the dead units, not for those that are alive.",
    lambda Z: (Z > 0).any(axis=0),
)
_ON = "That tells which units are on for all examples. Asked is which are off for all."
dead_units.mistake(_ON, lambda Z: (Z > 0).all(axis=0))
dead_units.mistake(_ON, lambda Z: (Z >= 0).all(axis=0))
_NO_ANSWER = (
    "That is a number for each unit, and asked is True or False. Compare it: when does it say that "
    "no example wakes the unit?"
)
dead_units.mistake(_NO_ANSWER, lambda Z: Z.max(axis=0))
dead_units.mistake(_NO_ANSWER, lambda Z: np.maximum(Z, 0).max(axis=0))
dead_units.mistake(_NO_ANSWER, lambda Z: np.maximum(Z, 0).sum(axis=0))


def _adam_cases(rng):
    hand = (np.array([1.0, 2.0]), np.array([0.5, -4.0]), np.zeros(2), np.zeros(2), 1, 0.1)
    small = (np.zeros(3), np.array([1e-7, -2e-8, 3e-9]), np.zeros(3), np.zeros(3), 1, 0.1)
    drawn = []
    for shape, t in [((3,), 2), ((2, 3), 10), ((4,), 500), ((1, 3), 7)]:
        theta, g, m = rng.normal(size=(3, *shape))
        v, lr = rng.uniform(0.1, 1, size=shape), float(rng.uniform(0.01, 0.3))
        drawn.append((theta, g, m, v, t, lr))
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
        return (
            "All is right, except for tiny gradients. There ε = 1e-8 matters: it is added to the "
            "root, (7.11)."
        )
    return verdict


@exercise(
    stars=2,
    cases=_adam_cases,
    judge=_judge_adam,
    hints=[
        "Compute the new m and v by (7.9), from them m_hat and v_hat by (7.10), and at last theta.",
        "m_hat = m / (1 - 0.9**t), and v_hat = v / (1 - 0.999**t). Then return theta, m, v.",
    ],
    lesson="If you multiply all gradients by 1000, the steps of Adam stay the same.",
)
def adam_step(theta, g, m, v, t, lr):
    """θ, m and v after step number t (from 1) of Adam, with β₁ = 0.9, β₂ = 0.999, ε = 1e-8."""
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + 1e-8), m, v


@adam_step.mistake(
    "Both running means began at 0, so at first they are too small, and you use them as they are. "
    "Divide them by 1 - βᵗ, (7.10)."
)
def _uncorrected(theta, g, m, v, t, lr):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    return theta - lr * m / (np.sqrt(v) + 1e-8), m, v


def _means(g, m, v):
    return 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2


def _moved(theta, m, v, t, lr):
    return theta - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)


def _wrong_means(sentence, means):
    """A mistake in (7.9), after which all is right."""

    @adam_step.mistake(sentence)
    def step(theta, g, m, v, t, lr):
        m, v = means(g, m, v)
        return _moved(theta, m, v, t, lr), m, v


def _wrong_step(sentence, step):
    """A mistake in (7.10) or (7.11), with the right m and v."""

    @adam_step.mistake(sentence)
    def both(theta, g, m, v, t, lr):
        m, v = _means(g, m, v)
        return step(theta, g, m, v, t, lr), m, v


_NOT_A_MEAN = (
    "A running mean keeps 0.9 (or 0.999) of the old mean and takes only 0.1 (or 0.001) of what is "
    "new: the factor 1 - β is missing, (7.9)."
)
_wrong_means(_NOT_A_MEAN, lambda g, m, v: (0.9 * m + g, 0.999 * v + g**2))
_wrong_means(_NOT_A_MEAN, lambda g, m, v: (0.9 * m + g, 0.999 * v + 0.001 * g**2))
_wrong_means(_NOT_A_MEAN, lambda g, m, v: (0.9 * m + 0.1 * g, 0.999 * v + g**2))
_wrong_means(
    "You exchanged what is kept and what is new: 0.9 of the old m is kept, 0.999 of the old v, and "
    "the rest comes from the gradient, (7.9).",
    lambda g, m, v: (0.1 * m + 0.9 * g, 0.001 * v + 0.999 * g**2),
)
_wrong_means(
    "v is the running mean of g², and you took |g|: see (7.9).",
    lambda g, m, v: (0.9 * m + 0.1 * g, 0.999 * v + 0.001 * np.abs(g)),
)
_wrong_means(
    "v is the running mean of g², and you took g itself. Below 0 it even has no root: see (7.9).",
    lambda g, m, v: (0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g),
)
_wrong_means(
    "For v you squared m, the mean of the gradients. v is the mean of their squares, g², (7.9).",
    lambda g, m, v: (0.9 * m + 0.1 * g, 0.999 * v + 0.001 * (0.9 * m + 0.1 * g) ** 2),
)
_wrong_means(
    "You squared the factor 0.001 together with g. Only g is squared, (7.9).",
    lambda g, m, v: (0.9 * m + 0.1 * g, 0.999 * v + (0.001 * g) ** 2),
)
_wrong_means(
    "You took 0.9 for both means. β₁ = 0.9 is for m, and β₂ = 0.999 is for v.",
    lambda g, m, v: (0.9 * m + 0.1 * g, 0.9 * v + 0.1 * g**2),
)
_wrong_means(
    "You add the same number to every entry of v. Each weight has a size of its own, so v has the "
    "shape of g: square entry by entry, and do not sum.",
    lambda g, m, v: (0.9 * m + 0.1 * g, 0.999 * v + 0.001 * (g**2).sum()),
)
_wrong_step(
    "v is a mean of *squares*, so only its root has the size of a gradient. The root is missing.",
    lambda theta, g, m, v, t, lr: theta - lr * (m / (1 - 0.9**t)) / (v / (1 - 0.999**t) + 1e-8),
)
_wrong_step(
    "ε stands outside the root, (7.11). Inside it is far larger, and slows down small gradients.",
    lambda theta, g, m, v, t, lr: (
        theta - lr * (m / (1 - 0.9**t)) / np.sqrt(v / (1 - 0.999**t) + 1e-8)
    ),
)
_wrong_step(
    "The step goes uphill. To go down, θ *minus* η times the ratio is wanted, (7.11).",
    lambda theta, g, m, v, t, lr: 2 * theta - _moved(theta, m, v, t, lr),
)
_wrong_step(
    "You step along g itself. The step follows m̂, the running mean: g enters through it.",
    lambda theta, g, m, v, t, lr: theta - lr * g / (np.sqrt(v / (1 - 0.999**t)) + 1e-8),
)
_wrong_step(
    "That is the step alone. Add it to the old θ: what you return is the new θ.",
    lambda theta, g, m, v, t, lr: theta - _moved(theta, m, v, t, lr),
)
_wrong_step(
    "That is the step alone. Add it to the old θ: what you return is the new θ.",
    lambda theta, g, m, v, t, lr: _moved(0, m, v, t, lr),
)
_wrong_step(
    "The learning rate does not enter your step: multiply the ratio by lr, (7.11).",
    lambda theta, g, m, v, t, lr: _moved(theta, m, v, t, 1),
)
_wrong_step(
    "You corrected m and left v as it is. Both began at 0, so both are divided by 1 - βᵗ, (7.10).",
    lambda theta, g, m, v, t, lr: theta - lr * (m / (1 - 0.9**t)) / (np.sqrt(v) + 1e-8),
)
_wrong_step(
    "You corrected v and left m as it is. Both began at 0, so both are divided by 1 - βᵗ, (7.10).",
    lambda theta, g, m, v, t, lr: theta - lr * m / (np.sqrt(v / (1 - 0.999**t)) + 1e-8),
)
_wrong_step(
    "Both corrections use the same β. For m̂ it is 1 - 0.9ᵗ, for v̂ it is 1 - 0.999ᵗ, (7.10).",
    lambda theta, g, m, v, t, lr: (
        theta - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.9**t)) + 1e-8)
    ),
)
_wrong_step(
    "You multiplied by 1 - βᵗ. At first the means are too small, so it has to be divided by.",
    lambda theta, g, m, v, t, lr: (
        theta - lr * m * (1 - 0.9**t) / (np.sqrt(v * (1 - 0.999**t)) + 1e-8)
    ),
)
_wrong_step(
    "In (7.10) t is an exponent, βᵗ, and you multiplied by it. In Python it is `0.9**t`.",
    lambda theta, g, m, v, t, lr: (
        theta - lr * (m / (1 - 0.9 * t)) / (np.sqrt(v / (1 - 0.999 * t)) + 1e-8)
    ),
)
_wrong_step(
    "Your exponent is t + 1. The first step is number 1 here, not 0: take t as it comes.",
    lambda theta, g, m, v, t, lr: _moved(theta, m, v, t + 1, lr),
)
_wrong_step(
    "Your exponent is t - 1, so the first step divides by 1 - β⁰ = 0. Take t as it comes.",
    lambda theta, g, m, v, t, lr: _moved(theta, m, v, t - 1, lr),
)
_wrong_step(
    "You divided by βᵗ. After t steps a mean has reached the share 1 - βᵗ: divide by that, (7.10).",
    lambda theta, g, m, v, t, lr: theta - lr * (m / 0.9**t) / (np.sqrt(v / 0.999**t) + 1e-8),
)
_wrong_step(
    "That is plain gradient descent: m and v are right, and the step does not use them, (7.11).",
    lambda theta, g, m, v, t, lr: theta - lr * g,
)
_wrong_step(
    "Your step is η m̂. It is still to be divided by its usual size, √v̂ + ε, (7.11).",
    lambda theta, g, m, v, t, lr: theta - lr * m / (1 - 0.9**t),
)
_wrong_step(
    "You divided by 1 - β in every step. The correction has an exponent, 1 - βᵗ, and fades away.",
    lambda theta, g, m, v, t, lr: _moved(theta, m, v, 1, lr),
)
_wrong_step(
    "You divide by one size for all weights. Each weight has a size of its own: divide entry by "
    "entry, and do not sum.",
    lambda theta, g, m, v, t, lr: (
        theta - lr * (m / (1 - 0.9**t)) / (np.sqrt((v / (1 - 0.999**t)).sum()) + 1e-8)
    ),
)


@adam_step.mistake(
    "You return the corrected m and v. The next step goes on from m and v themselves; m̂ and v̂ "
    "serve this step only."
)
def _corrected_kept(theta, g, m, v, t, lr):
    m, v = _means(g, m, v)
    return _moved(theta, m, v, t, lr), m / (1 - 0.9**t), v / (1 - 0.999**t)


@adam_step.mistake("β₁ = 0.9 is for m and β₂ = 0.999 is for v, and you exchanged them.")
def _betas_swapped(theta, g, m, v, t, lr):
    m, v = 0.999 * m + 0.001 * g, 0.9 * v + 0.1 * g**2
    return theta - lr * (m / (1 - 0.999**t)) / (np.sqrt(v / (1 - 0.9**t)) + 1e-8), m, v


@adam_step.mistake(
    "The step was taken with the old m and v. Bring them up to date first, (7.9), and step then."
)
def _old_means(theta, g, m, v, t, lr):
    return _moved(theta, m, v, t, lr), *_means(g, m, v)


@adam_step.mistake(
    "θ is right, but you return the old m and v. The next step goes on from the new ones."
)
def _old_means_returned(theta, g, m, v, t, lr):
    return _moved(theta, *_means(g, m, v), t, lr), m, v
