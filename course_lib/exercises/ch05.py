"""Back-propagation.

The exercises of notebook 05. One example per row. dZ, dA, dX, dW, db are the derivatives of
the cost J by Z, A, X, W and b, each of the shape of what it is the derivative by.
"""

import numpy as np

from course_lib.exercises.engine.exercise import exercise
from course_lib.exercises.engine.judging import agrees_with, matches_numerical_gradient

TITLE = "Back-propagation"


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _neurons(rng):
    hand = (np.array([-2.0, -1.0]), 1.0, np.array([1.0, 1.0]), 0.0)
    drawn = [(rng.normal(size=n), float(n % 2), rng.normal(size=n), float(rng.normal()))
             for n in (2, 3, 4)]  # fmt: skip
    return [hand, *drawn]


def _neuron_loss(x, y, w, b):
    return (_sigmoid(x @ w + b) - y) ** 2


@exercise(
    stars=1,
    cases=_neurons,
    judge=matches_numerical_gradient(_neuron_loss, ("dw", "db")),
    hints=[
        "Three links: the loss by a, a by z, and z by w_j (or by b). Multiply them.",
        "They are 2(a - y), a(1 - a), and x_j (for b: 1).",
    ],
    lesson="Each link looks at its own step alone; the product knows the whole way.",
)
def one_neuron(x, y, w, b):
    """dw (n,) and db of the loss (a - y)², with a = σ(x · w + b), for one example."""
    a = 1 / (1 + np.exp(-(x @ w + b)))
    dz = 2 * (a - y) * a * (1 - a)
    return dz * x, dz


@one_neuron.mistake("Half of it: the square of (a - y) brings down a factor 2.")
def _without_two(x, y, w, b):
    a = 1 / (1 + np.exp(-(x @ w + b)))
    d = (a - y) * a * (1 - a)
    return d * x, d


@one_neuron.mistake("One link of the chain is missing: a depends on z by a(1 - a), (3.5).")
def _without_slope(x, y, w, b):
    a = 1 / (1 + np.exp(-(x @ w + b)))
    d = 2 * (a - y)
    return d * x, d


@one_neuron.mistake(
    "a - y is what the cross-entropy leaves. For the squared error: 2(a - y) a(1 - a)."
)
def _cross_entropy_delta(x, y, w, b):
    a = 1 / (1 + np.exp(-(x @ w + b)))
    return (a - y) * x, a - y


@one_neuron.mistake("The sign: (a - y)² has the derivative 2(a - y) by a.")
def _turned(x, y, w, b):
    a = 1 / (1 + np.exp(-(x @ w + b)))
    d = 2 * (y - a) * a * (1 - a)
    return d * x, d


@one_neuron.mistake("The last link is missing: z depends on w_j with the factor x_j.")
def _without_input(x, y, w, b):
    a = 1 / (1 + np.exp(-(x @ w + b)))
    d = 2 * (a - y) * a * (1 - a)
    return d * np.ones_like(x), d


@one_neuron.mistake("The last link: by w, the derivative of x · w is x. By x it would be w.")
def _times_weight(x, y, w, b):
    a = 1 / (1 + np.exp(-(x @ w + b)))
    d = 2 * (a - y) * a * (1 - a)
    return d * w, d


@one_neuron.mistake("dw is right. z depends on b with the factor 1, not b.")
def _bias_times_itself(x, y, w, b):
    a = 1 / (1 + np.exp(-(x @ w + b)))
    d = 2 * (a - y) * a * (1 - a)
    return d * x, d * b


def _activations(rng):
    hand = np.array([[1.0, 2.0]]), np.array([[0.0, np.log(3)]])
    return [hand, *((rng.normal(size=(m, 3)), 2 * rng.normal(size=(m, 3))) for m in (2, 3))]


@exercise(
    stars=1,
    cases=_activations,
    judge=matches_numerical_gradient(lambda dA, Z: (dA * _sigmoid(Z)).sum(), "dZ"),
    hints=["(5.3) says dZ = dA ⊙ φ'(Z).", "For the sigmoid φ'(Z) is a(1 - a), with a = σ(Z)."],
    lesson="An activation scales what flows back, entry by entry, by its own slope.",
)
def sigmoid_backward(dA, Z):
    """dZ from dA through a sigmoid layer: (5.3)."""
    a = 1 / (1 + np.exp(-Z))
    return dA * a * (1 - a)


sigmoid_backward.mistake(
    "a(1 - a) wants the *output* a = σ(Z). You put in Z, the sum.", lambda dA, Z: dA * Z * (1 - Z)
)
sigmoid_backward.mistake(
    "That multiplies by σ(Z). The chain wants its slope.", lambda dA, Z: dA / (1 + np.exp(-Z))
)
sigmoid_backward.mistake(
    "The derivative of the activation is missing: (5.3) multiplies by φ'(Z).",
    lambda dA, Z: dA.copy(),
)


@sigmoid_backward.mistake("That is φ'(Z) alone. Multiply by dA, what came from behind: (5.3).")
def _slope_alone(dA, Z):
    a = 1 / (1 + np.exp(-Z))
    return a * (1 - a)


@sigmoid_backward.mistake("The chain rule multiplies by φ'(Z), it does not divide.")
def _divided(dA, Z):
    a = 1 / (1 + np.exp(-Z))
    return dA / (a * (1 - a))


def _around_zero(rng):
    hand = np.array([[1.0, 2.0, 3.0]]), np.array([[-1.0, 0.0, 2.0]])
    drawn = []
    for m in (2, 3):
        Z = rng.normal(size=(m, 4))
        Z[0] = -1.0, 1.0, 0.0, -0.01
        drawn.append((rng.normal(size=(m, 4)), Z))
    return [hand, *drawn]


def _gate(dA, Z):
    return np.where(Z > 0, dA, 0)


@exercise(
    stars=2,
    cases=_around_zero,
    judge=agrees_with(_gate, "That is not (5.3) for ReLU.", "dZ"),
    hints=[
        "The slope of max(0, z) is 1 where z > 0, and 0 where z < 0.",
        "`Z > 0` is that slope; multiply dA by it.",
    ],
    lesson="A gate: open for what came through forwards, shut for the rest.",
)
def relu_backward(dA, Z):
    """dZ from dA through a ReLU layer: (5.3)."""
    return dA * (Z > 0)


relu_backward.mistake(
    "All right but at Z = 0, where max(0, z) has no slope: as in the text, take 0, which "
    "is `Z > 0`, without the equals sign.",
    lambda dA, Z: dA * (Z >= 0),
)
relu_backward.mistake(
    "Everything comes through, also where z < 0 and the output did not move. Is a mask "
    "missing, or is it `>= 0` of the *output*, which max(0, z) always is? That one trains, "
    "and the gradients behind closed gates are wrong. Take the mask from Z.",
    lambda dA, Z: dA * (np.maximum(Z, 0) >= 0),
)
relu_backward.mistake(
    "You put the gradient through ReLU. It may well be negative; what closes the gate is "
    "the sign of Z.",
    lambda dA, Z: np.maximum(dA, 0),
)
relu_backward.mistake("That is φ'(Z) alone. Multiply by dA.", lambda dA, Z: (Z > 0).astype(float))
relu_backward.mistake(
    "Z and dA are exchanged: dA flows, and the sign of Z opens the gate.",
    lambda dA, Z: Z * (dA > 0),
)
relu_backward.mistake(
    "You multiplied by ReLU's value. Its slope is 1 where z > 0, else 0.",
    lambda dA, Z: dA * np.maximum(Z, 0),
)


def _dense_cases(rng):
    hand = (np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[1.0, -1.0], [2.0, 0.5]]),
            np.array([[1.0, 0.0], [0.0, 2.0]]))  # fmt: skip
    drawn = [(rng.normal(size=(m, n)), rng.normal(size=(n, k)), rng.normal(size=(m, k)))
             for m, n, k in ((3, 3, 3), (4, 4, 4), (5, 4, 3), (5, 3, 3))]  # fmt: skip
    return [hand, *drawn]


def _backwards(X, W, b, dZ):
    """A cost whose derivative by Z = X W + b is dZ."""
    return (dZ * (X @ W + b)).sum()


@exercise(
    stars=3,
    cases=_dense_cases,
    judge=matches_numerical_gradient(
        _backwards, ("dW", "db", "dX"), at=lambda X, W, dZ: (X, W, np.zeros(W.shape[1]), dZ)
    ),
    hints=[
        "Shapes leave little choice: dW like W (n_in, n_out), from X (m, n_in) and dZ (m, n_out).",
        "dW = Xᵀ dZ; db sums dZ over the examples; dX = dZ Wᵀ.",
    ],
    lesson="Three lines, and every network of dense layers learns by them.",
)
def dense_backward(X, W, dZ):
    """dW, db and dX of Z = X W + b from dZ: (5.4), (5.5), (5.6)."""
    return X.T @ dZ, dZ.sum(axis=0), dZ @ W.T


dense_backward.mistake(
    "dW and db are right. What flows back crosses W in the other direction: dX = dZ Wᵀ, "
    "(5.6). With a square W the missing transpose makes no noise, with another it stops.",
    lambda X, W, dZ: (X.T @ dZ, dZ.sum(axis=0), dZ @ W),
)
dense_backward.mistake(
    "dW and dX are right. A bias reaches every *example*: sum over axis 0, not 1, (5.5).",
    lambda X, W, dZ: (X.T @ dZ, dZ.sum(axis=1), dZ @ W.T),
)
dense_backward.mistake(
    "You divided by m. That 1/m is in dZ already, it came with the loss; divided twice, "
    "the steps shrink with the batch.",
    lambda X, W, dZ: (X.T @ dZ / len(X), dZ.mean(axis=0), dZ @ W.T),
)
dense_backward.mistake(
    "dW is transposed: it has the shape of W, and is Xᵀ dZ, (5.4).",
    lambda X, W, dZ: (dZ.T @ X, dZ.sum(axis=0), dZ @ W.T),
)
dense_backward.mistake(
    "dW must pair every input with every output of the *same* example: Xᵀ dZ, (5.4).",
    lambda X, W, dZ: (X @ dZ, dZ.sum(axis=0), dZ @ W.T),
)
dense_backward.mistake(
    "db is missing. The bias reaches every example: sum dZ over them.",
    lambda X, W, dZ: (X.T @ dZ, np.zeros(W.shape[1]), dZ @ W.T),
)
dense_backward.mistake(
    "Each unit has a bias of its own: sum over the examples alone, axis 0.",
    lambda X, W, dZ: (X.T @ dZ, dZ.sum() * np.ones(W.shape[1]), dZ @ W.T),
)
dense_backward.mistake(
    "dW and dX are right. db is a sum, (5.5): the 1/m is in dZ already.",
    lambda X, W, dZ: (X.T @ dZ, dZ.mean(axis=0), dZ @ W.T),
)
dense_backward.mistake(
    "They come in another order: `return dW, db, dX`.",
    lambda X, W, dZ: (dZ @ W.T, X.T @ dZ, dZ.sum(axis=0)),
)


def _whole(rng):
    cases = []
    for m, n, hidden, k in ((3, 2, 2, 2), (2, 3, 3, 3), (5, 4, 4, 4), (4, 2, 5, 3)):
        Y = np.eye(k)[rng.integers(0, k, m)]
        shapes = (n, hidden), (hidden,), (hidden, k), (k,)
        weights = (rng.normal(size=shape) for shape in shapes)
        cases.append((rng.normal(size=(m, n)), Y, *weights))
    return cases


def _forward(X, W1, b1, W2, b2):
    A = 1 / (1 + np.exp(-(X @ W1 + b1)))
    E = np.exp(A @ W2 + b2)
    return A, E / E.sum(axis=1, keepdims=True)


def _cross_entropy(X, Y, W1, b1, W2, b2):
    return -(Y * np.log(_forward(X, W1, b1, W2, b2)[1])).sum() / len(X)


def _gradients(X, Y, W1, b1, W2, b2, slope, back, scale):
    A, P = _forward(X, W1, b1, W2, b2)
    D2 = (P - Y) * scale
    D1 = back(D2, W2) * slope(A)
    return X.T @ D1, D1.sum(axis=0), A.T @ D2, D2.sum(axis=0)


@exercise(
    stars=3,
    cases=_whole,
    judge=matches_numerical_gradient(
        _cross_entropy,
        ("dW1", "db1", "dW2", "db2"),
        first=("dW2", "db2"),
        about={
            "dW2": "Already at the output something is wrong: A, P, or δ2 = (P - Y) / m.",
            "db2": "It is the sum of δ2 over the examples.",
            "dW1": "Look at the way back through the hidden layer: δ2 W2ᵀ, times A(1 - A).",
            "db1": "It is the sum of δ1 over the examples.",
        },
    ),
    hints=[
        "Forwards first, and keep A, the outputs of the hidden layer, and P.",
        "δ2 = (P - Y) / m; then δ1 = (δ2 @ W2.T) * A * (1 - A).",
        "Each layer: its input transposed times its δ, and the sum of its δ over the examples.",
    ],
    lesson="That is back-propagation, whole. More layers only repeat the middle lines.",
)
def two_layers(X, Y, W1, b1, W2, b2):
    """dW1, db1, dW2, db2 of the mean cross-entropy; sigmoid hidden layer, softmax outputs."""
    A = 1 / (1 + np.exp(-(X @ W1 + b1)))
    E = np.exp(A @ W2 + b2)
    P = E / E.sum(axis=1, keepdims=True)
    D2 = (P - Y) / len(X)
    D1 = (D2 @ W2.T) * A * (1 - A)
    return X.T @ D1, D1.sum(axis=0), A.T @ D2, D2.sum(axis=0)


@two_layers.mistake(
    "The second layer is right. On the way to the first you passed the sigmoid without its "
    "slope: δ⁽¹⁾ = (δ⁽²⁾ W⁽²⁾ᵀ) ⊙ A(1 - A)."
)
def _hidden_slope_forgotten(X, Y, W1, b1, W2, b2):
    A = 1 / (1 + np.exp(-(X @ W1 + b1)))
    E = np.exp(A @ W2 + b2)
    D2 = (E / E.sum(axis=1, keepdims=True) - Y) / len(X)
    D1 = D2 @ W2.T
    return X.T @ D1, D1.sum(axis=0), A.T @ D2, D2.sum(axis=0)


@two_layers.mistake(
    "The second layer is right. On the way back W⁽²⁾ is crossed in the other direction: "
    "transpose it."
)
def _missing_transpose(X, Y, W1, b1, W2, b2):
    return _gradients(X, Y, W1, b1, W2, b2, lambda A: A * (1 - A), lambda D, W: D @ W, 1 / len(X))


@two_layers.mistake("The cost is a mean: the δ of the output is (P - Y) / m.")
def _not_averaged(X, Y, W1, b1, W2, b2):
    return _gradients(X, Y, W1, b1, W2, b2, lambda A: A * (1 - A), lambda D, W: D @ W.T, 1)


@two_layers.mistake(
    "The second layer is right. The first needs a δ of its own: the output's δ has to go "
    "back through W⁽²⁾ᵀ."
)
def _same_delta(X, Y, W1, b1, W2, b2):
    return _gradients(X, Y, W1, b1, W2, b2, lambda A: A * (1 - A), lambda D, W: D, 1 / len(X))


@two_layers.mistake(
    "The second layer is right. a(1 - a) wants the hidden layer's *output*, not its sum."
)
def _slope_at_the_sum(X, Y, W1, b1, W2, b2):
    Z = X @ W1 + b1
    return _gradients(X, Y, W1, b1, W2, b2, lambda A: Z * (1 - Z), lambda D, W: D @ W.T, 1 / len(X))


@two_layers.mistake(
    "The weights are right. The biases take the sum of δ: the 1/m is in it already."
)
def _biases_over_units(X, Y, W1, b1, W2, b2):
    A, P = _forward(X, W1, b1, W2, b2)
    D2 = (P - Y) / len(X)
    D1 = (D2 @ W2.T) * A * (1 - A)
    return X.T @ D1, D1.mean(axis=0), A.T @ D2, D2.mean(axis=0)


@two_layers.mistake("The sign: the δ of the output is prediction minus label.")
def _turned_sign(X, Y, W1, b1, W2, b2):
    return _gradients(
        X, Y, W1, b1, W2, b2, lambda A: A * (1 - A), lambda D, W: D @ W.T, -1 / len(X)
    )


def _decays(rng):
    hand = (
        np.array([[1.0, 2.0]]),
        np.ones(2),
        np.array([[10.0, -10.0]]),
        np.array([5.0, 5.0]),
        0.1,
    )
    drawn = [(*(rng.normal(size=shape) for shape in ((3, 2), (2,), (3, 2), (2,))), 0.5)]
    return [hand, *drawn]


def _penalised(dW, db, W, b, decay):
    return (dW * W).sum() + db @ b + decay / 2 * (W**2).sum()


@exercise(
    stars=1,
    cases=_decays,
    judge=matches_numerical_gradient(_penalised, ("dW", "db")),
    unused=("b",),
    hints=["Differentiate (λ/2) W² by one weight.", "dW + λW; db stays as it is."],
    lesson="Each step pulls every weight a little towards zero, unless the data pull back.",
)
def with_decay(dW, db, W, b, decay):
    """The gradients with weight decay, (5.9)."""
    return dW + decay * W, db


with_decay.mistake(
    "Biases do not decay: (5.8) sums the squares of weights only.",
    lambda dW, db, W, b, decay: (dW + decay * W, db + decay * b),
)
with_decay.mistake(
    "Twice too much: the 1/2 in (5.8) is there to cancel the 2.",
    lambda dW, db, W, b, decay: (dW + 2 * decay * W, db),
)
with_decay.mistake(
    "Half too little: the derivative of (λ/2) W² is λW.",
    lambda dW, db, W, b, decay: (dW + decay / 2 * W, db),
)
with_decay.mistake(
    "The sign: the penalty is added to the cost, so λW to the gradient.",
    lambda dW, db, W, b, decay: (dW - decay * W, db),
)
with_decay.mistake(
    "You added the penalty itself; its *derivative* is λW.",
    lambda dW, db, W, b, decay: (dW + decay / 2 * (W**2).sum(), db),
)
with_decay.mistake(
    "It is the weights that decay, not the gradient: add λW.",
    lambda dW, db, W, b, decay: (dW * (1 - decay), db),
)


def _outputs(rng):
    hand = np.array([[0.0], [0.0]]), np.array([[1.0], [0.0]])
    drawn = [(rng.normal(size=(m, k)), rng.integers(0, 2, (m, k)).astype(float))
             for m, k in ((3, 2), (4, 1), (2, 3))]  # fmt: skip
    return [hand, *drawn]


@exercise(
    stars=2,
    cases=_outputs,
    judge=matches_numerical_gradient(lambda Z, Y: ((_sigmoid(Z) - Y) ** 2).sum() / len(Z), "dZ"),
    hints=[
        "By the output a, the mean squared error has the derivative 2(a - Y) / m.",
        "And a depends on z by a(1 - a), so multiply by that.",
    ],
    lesson="Only the δ of the output knows the loss; all others come from it.",
)
def output_delta(Z, Y):
    """δ = ∂J/∂Z for sigmoid outputs and J = (1/m) Σ (σ(Z) - Y)²."""
    a = 1 / (1 + np.exp(-Z))
    return 2 * (a - Y) * a * (1 - a) / len(Z)


output_delta.mistake(
    "That is the δ of the cross-entropy, where all that is complicated cancels. With the "
    "squared error it does not: 2(a - Y) a(1 - a) / m.",
    lambda Z, Y: (1 / (1 + np.exp(-Z)) - Y) / len(Z),
)


@output_delta.mistake("The cost is a mean over the examples: divide by m.")
def _summed(Z, Y):
    a = 1 / (1 + np.exp(-Z))
    return 2 * (a - Y) * a * (1 - a)


@output_delta.mistake("The square brings down a factor 2. A cost with 1/2 in front has none.")
def _half(Z, Y):
    a = 1 / (1 + np.exp(-Z))
    return (a - Y) * a * (1 - a) / len(Z)


output_delta.mistake(
    "That is the derivative by a. By z there is a factor a(1 - a) more.",
    lambda Z, Y: 2 * (1 / (1 + np.exp(-Z)) - Y) / len(Z),
)


@output_delta.mistake("The sign: prediction minus label.")
def _reversed(Z, Y):
    a = 1 / (1 + np.exp(-Z))
    return 2 * (Y - a) * a * (1 - a) / len(Z)
