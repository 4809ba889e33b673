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


def _slope(z):
    return _sigmoid(z) * (1 - _sigmoid(z))


def _softmax(Z):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


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


@one_neuron.mistake(
    "Everything is there but a factor 2, which the square of (a - y) brings down when you "
    "differentiate it."
)
def _without_two(x, y, w, b):
    a = 1 / (1 + np.exp(-(x @ w + b)))
    d = (a - y) * a * (1 - a)
    return d * x, d


def _linked(x, y, w, b, by_z):
    """dw and db from by_z(z, a, y), which stands for the derivative of the loss by z."""
    z = x @ w + b
    d = by_z(z, _sigmoid(z), y)
    return d * x, d


one_neuron.mistake(
    "One link of the chain is missing: between a and z lies the sigmoid, and its slope is "
    "a(1 - a), (3.5).",
    lambda *n: _linked(*n, lambda z, a, y: 2 * (a - y)),
)
one_neuron.mistake(
    "a - y is what the cross-entropy leaves, because there the slope of the sigmoid cancels. With "
    "the squared error it stays: 2(a - y) a(1 - a).",
    lambda *n: _linked(*n, lambda z, a, y: a - y),
)
one_neuron.mistake(
    "The sign is reversed: (a - y)² has the derivative 2(a - y) by a, not 2(y - a).",
    lambda *n: _linked(*n, lambda z, a, y: 2 * (y - a) * a * (1 - a)),
)
one_neuron.mistake(
    "Your slope of the sigmoid is taken at a. The slope σ' wants the sum z, and a has been through "
    "the sigmoid already: it is σ'(z), which you can also write as a(1 - a).",
    lambda *n: _linked(*n, lambda z, a, y: 2 * (a - y) * _slope(a)),
)
one_neuron.mistake(
    "You took z(1 - z) for the slope of the sigmoid. The formula wants its output: a(1 - a).",
    lambda *n: _linked(*n, lambda z, a, y: 2 * (a - y) * z * (1 - z)),
)
one_neuron.mistake(
    "You multiplied by a itself. The link from z to a is the *slope* of the sigmoid, a(1 - a).",
    lambda *n: _linked(*n, lambda z, a, y: 2 * (a - y) * a),
)
one_neuron.mistake(
    "You multiplied by 1 - a alone. The slope of the sigmoid is the product a(1 - a).",
    lambda *n: _linked(*n, lambda z, a, y: 2 * (a - y) * (1 - a)),
)
one_neuron.mistake(
    "Brackets are missing: `a * 1 - a` is computed as `(a * 1) - a`. Write `a * (1 - a)`.",
    lambda *n: _linked(*n, lambda z, a, y: 2 * (a - y) * a * 1 - a),
)
one_neuron.mistake(
    "1 - a² is the slope of tanh. This neuron is a sigmoid, whose slope is a(1 - a).",
    lambda *n: _linked(*n, lambda z, a, y: 2 * (a - y) * (1 - a**2)),
)
one_neuron.mistake(
    "The square is still there. When you differentiate (a - y)², the 2 comes down and the power "
    "goes: 2(a - y).",
    lambda *n: _linked(*n, lambda z, a, y: 2 * (a - y) ** 2 * a * (1 - a)),
)
one_neuron.mistake(
    "The square is still there. When you differentiate (a - y)², the 2 comes down and the power "
    "goes: 2(a - y).",
    lambda *n: _linked(*n, lambda z, a, y: (a - y) ** 2 * a * (1 - a)),
)
one_neuron.mistake(
    "You compare y with z, the sum. The loss compares it with the output a = σ(z).",
    lambda *n: _linked(*n, lambda z, a, y: 2 * (z - y) * a * (1 - a)),
)
one_neuron.mistake(
    "This is the gradient of a linear neuron, as in notebook 02. Here the sum goes through a "
    "sigmoid, both on the way forward and on the way back.",
    lambda *n: _linked(*n, lambda z, a, y: 2 * (z - y)),
)


def _d(x, y, w, b):
    """The right derivative by z, and so by b."""
    return _linked(x, y, w, b, lambda z, a, y: 2 * (a - y) * a * (1 - a))[1]


one_neuron.mistake(
    "db is right. In dw the last link is missing: z depends on w_j with the factor x_j.",
    lambda x, y, w, b: (np.ones(len(x)) * _d(x, y, w, b), _d(x, y, w, b)),
)
one_neuron.mistake(
    "db is right, and dw needs one link more: z depends on w_j with the factor x_j. So dw has an "
    "entry for each weight.",
    lambda x, y, w, b: (_d(x, y, w, b), _d(x, y, w, b)),
)
one_neuron.mistake(
    "db is right. Your last link is the derivative of x · w by x, which is w; by w it is x.",
    lambda x, y, w, b: (_d(x, y, w, b) * w, _d(x, y, w, b)),
)
one_neuron.mistake(
    "db is right. In dw there is a factor w too many: on the way to w itself no weight is passed, "
    "only x.",
    lambda x, y, w, b: (_d(x, y, w, b) * w * x, _d(x, y, w, b)),
)
one_neuron.mistake(
    "dw is right. z = x · w + b depends on b with the factor 1, not with the factor b.",
    lambda x, y, w, b: (_d(x, y, w, b) * x, _d(x, y, w, b) * b),
)
one_neuron.mistake(
    "dw is right. No x stands before b in z = x · w + b, so db has no factor x: it is one number, "
    "the product of the first two links.",
    lambda x, y, w, b: (_d(x, y, w, b) * x, _d(x, y, w, b) * x),
)
one_neuron.mistake(
    "dw is right. db is not the sum of dw: b has a link of its own to z, with the factor 1.",
    lambda x, y, w, b: (_d(x, y, w, b) * x, (_d(x, y, w, b) * x).sum()),
)
one_neuron.mistake(
    "dw is right. b does change z, by 1 for 1, so db is not 0: it is the product of the first two "
    "links.",
    lambda x, y, w, b: (_d(x, y, w, b) * x, 0.0),
)
one_neuron.mistake(
    "Those are new weights after a step. The exercise asks for the gradient itself.",
    lambda x, y, w, b: (w - 0.1 * _d(x, y, w, b) * x, b - 0.1 * _d(x, y, w, b)),
)
one_neuron.mistake(
    "Those are new weights after a step. The exercise asks for the gradient itself.",
    lambda x, y, w, b: (w - _d(x, y, w, b) * x, b - _d(x, y, w, b)),
)


def _activations(rng):
    hand = np.array([[1.0, 2.0]]), np.array([[0.0, np.log(3)]])
    drawn = ((rng.normal(size=shape), 2 * rng.normal(size=shape)) for shape in ((2, 3), (4, 3)))
    return [hand, *drawn]


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
    "a(1 - a) wants the *output* a = σ(Z), and you put in Z, the sum. Compute a first.",
    lambda dA, Z: dA * Z * (1 - Z),
)
sigmoid_backward.mistake(
    "You multiplied by σ(Z), the value of the activation. The chain rule wants its slope σ'(Z).",
    lambda dA, Z: dA * _sigmoid(Z),
)
sigmoid_backward.mistake(
    "You multiplied by 1 - a alone. The slope of the sigmoid is the product a(1 - a).",
    lambda dA, Z: dA * (1 - _sigmoid(Z)),
)
sigmoid_backward.mistake(
    "dA came through unchanged: the slope of the activation is missing. (5.3) multiplies by φ'(Z).",
    lambda dA, Z: dA.copy(),
)
sigmoid_backward.mistake(
    "That is the slope φ'(Z) alone. Multiply it by dA, the upstream gradient, (5.3).",
    lambda dA, Z: _slope(Z),
)
sigmoid_backward.mistake(
    "The chain rule multiplies the upstream gradient by φ'(Z). Yours divides by it.",
    lambda dA, Z: dA / _slope(Z),
)
sigmoid_backward.mistake(
    "You added the slope to dA. The links of a chain are multiplied.",
    lambda dA, Z: dA + _slope(Z),
)
sigmoid_backward.mistake(
    "The sigmoid was applied twice: your slope is taken at a = σ(Z). Either take the slope σ' at "
    "Z, or write a(1 - a) with the a that you have.",
    lambda dA, Z: dA * _slope(_sigmoid(Z)),
)
sigmoid_backward.mistake(
    "1 - a² is the slope of tanh. For the sigmoid it is a(1 - a).",
    lambda dA, Z: dA * (1 - _sigmoid(Z) ** 2),
)
sigmoid_backward.mistake(
    "1 - tanh² is the slope of tanh. This layer is a sigmoid: its slope is a(1 - a).",
    lambda dA, Z: dA * (1 - np.tanh(Z) ** 2),
)
sigmoid_backward.mistake(
    "`Z > 0` is the slope of ReLU. This layer is a sigmoid: its slope is a(1 - a).",
    lambda dA, Z: dA * (Z > 0),
)
sigmoid_backward.mistake(
    "Brackets are missing: `dA * a * 1 - a` takes a away at the end. Write `dA * a * (1 - a)`.",
    lambda dA, Z: dA * _sigmoid(Z) * 1 - _sigmoid(Z),
)
sigmoid_backward.mistake(
    "dA and Z are exchanged: the slope is taken at Z, and multiplied by dA.",
    lambda dA, Z: _slope(dA) * Z,
)
sigmoid_backward.mistake(
    "You sent dA · Z through the slope. The slope is taken at Z alone, then multiplied by dA.",
    lambda dA, Z: _slope(dA * Z),
)


def _around_zero(rng):
    hand = np.array([[1.0, 2.0, 3.0]]), np.array([[-1.0, 0.0, 2.0]])
    drawn = []
    for m in (2, 3):
        dA, Z = rng.normal(size=(2, m, 4))
        dA[0], Z[0] = (0.5, -0.75, 1.25, -2.0), (-1.0, 1.0, 0.0, -0.01)
        dA[1, :2], Z[1, :2] = (-0.25, 1.5), (-2.0, 0.5)
        drawn.append((dA, Z))
    return [hand, *drawn]


def _gate(dA, Z):
    return np.where(Z > 0, dA, 0)


@exercise(
    stars=2,
    cases=_around_zero,
    judge=agrees_with(_gate, "That is not yet (5.3) for ReLU.", "dZ"),
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
    "All is right but at Z = 0, where max(0, z) has no slope. As in the text, take 0 there: "
    "`Z > 0`, without the equals sign.",
    lambda dA, Z: dA * (Z >= 0),
)
relu_backward.mistake(
    "All is right but at Z = 0, where max(0, z) has no slope. One half would be a fair choice, but "
    "the text takes 0 there.",
    lambda dA, Z: dA * np.heaviside(Z, 0.5),
)
relu_backward.mistake(
    "Everything comes through, also where z < 0 and the output did not move. Is a mask "
    "missing, or is it `>= 0` of the *output*, which max(0, z) always is? Such a network even "
    "trains, with wrong gradients behind the closed gates. Take the mask from Z.",
    lambda dA, Z: dA * (np.maximum(Z, 0) >= 0),
)
relu_backward.mistake(
    "Nothing comes through: your dZ is 0 everywhere. Ask each entry of Z by itself whether it is "
    "positive, not a whole row or the whole matrix.",
    lambda dA, Z: np.zeros(dA.shape),
)
relu_backward.mistake(
    "Your function asks whether dA is positive. A gradient may well be negative; what opens or "
    "closes the gate is the sign of Z.",
    lambda dA, Z: np.maximum(dA, 0),
)
relu_backward.mistake(
    "Your mask also closes the gate where dA is negative. A gradient may well be negative: only "
    "the sign of Z counts.",
    lambda dA, Z: np.maximum(dA, 0) * (Z > 0),
)
relu_backward.mistake(
    "The mask is reversed: the gate is open where Z is positive, and closed elsewhere.",
    lambda dA, Z: dA * (Z < 0),
)
relu_backward.mistake(
    "The mask is reversed: the gate is open where Z is positive, and closed elsewhere.",
    lambda dA, Z: dA * (Z <= 0),
)
relu_backward.mistake(
    "That is the slope φ'(Z) alone. Multiply it by dA, the upstream gradient.",
    lambda dA, Z: (Z > 0).astype(float),
)
relu_backward.mistake(
    "That is ReLU itself, the way forward. Going back, dA is what flows, and Z only says where.",
    lambda dA, Z: np.maximum(Z, 0),
)
relu_backward.mistake(
    "Z and dA are exchanged: dA flows back, and the sign of Z opens the gate.",
    lambda dA, Z: Z * (dA > 0),
)
relu_backward.mistake(
    "You multiplied by the value of ReLU. The chain rule wants its slope: 1 where z > 0, else 0.",
    lambda dA, Z: dA * np.maximum(Z, 0),
)
relu_backward.mistake(
    "Where the gate is closed you let Z through. Nothing flows back there: put 0.",
    lambda dA, Z: np.where(Z > 0, dA, Z),
)
relu_backward.mistake(
    "The sign of Z has the values -1, 0 and 1. ReLU is flat below 0, so its slope there is 0.",
    lambda dA, Z: dA * np.sign(Z),
)
relu_backward.mistake(
    "That is a *leaky* ReLU, which lets a hundredth through below 0. The plain one is flat there: "
    "its slope is 0.",
    lambda dA, Z: dA * np.where(Z > 0, 1, 0.01),
)
relu_backward.mistake(
    "a(1 - a) is the slope of the sigmoid. The slope of ReLU is 1 where z > 0, else 0.",
    lambda dA, Z: dA * _slope(Z),
)
relu_backward.mistake(
    "`dA[Z > 0]` picks out the entries where the gate is open, and loses the shape. Keep the "
    "others, with a 0 in their place.",
    lambda dA, Z: dA[Z > 0],
)


def _dense_cases(rng):
    hand = (np.array([[1.0], [2.0], [-1.0]]), np.array([[3.0, -1.0]]),
            np.array([[1.0, 0.0], [0.0, 2.0], [4.0, 1.0]]))  # fmt: skip
    drawn = [(rng.normal(size=(m, n)), rng.normal(size=(n, k)), rng.normal(size=(m, k)))
             for m, n, k in ((3, 3, 3), (4, 4, 4), (5, 4, 3), (5, 3, 3), (2, 3, 1))]  # fmt: skip
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
    "(5.6). With a square W you do not notice the missing transpose; with another NumPy stops.",
    lambda X, W, dZ: (X.T @ dZ, dZ.sum(axis=0), dZ @ W),
)


def _layer(X, W, dZ, dW=None, db=None, dX=None):
    """What dense_backward returns, but for the parts that are given."""
    right = X.T @ dZ, dZ.sum(axis=0), dZ @ W.T
    return tuple(r if g is None else g for g, r in zip((dW, db, dX), right, strict=True))


dense_backward.mistake(
    "dW and dX are right. A bias reaches every *example*, so db sums over the examples, which are "
    "axis 0, not 1, (5.5).",
    lambda X, W, dZ: _layer(X, W, dZ, db=dZ.sum(axis=1)),
)
dense_backward.mistake(
    "You divided by m. That 1/m is in dZ already: it came with the loss. Divided twice, the steps "
    "shrink with the size of the batch.",
    lambda X, W, dZ: _layer(X, W, dZ, X.T @ dZ / len(X), dZ.mean(axis=0)),
)
dense_backward.mistake(
    "You divided by m. That 1/m is in dZ already: it came with the loss. Divided twice, the steps "
    "shrink with the size of the batch.",
    lambda X, W, dZ: (X.T @ dZ / len(X), dZ.mean(axis=0), dZ @ W.T / len(X)),
)
dense_backward.mistake(
    "db and dX are right. You divided dW by m, and the 1/m is in dZ already: it came with the "
    "loss.",
    lambda X, W, dZ: _layer(X, W, dZ, X.T @ dZ / len(X)),
)
dense_backward.mistake(
    "dW and dX are right. db is the sum of the rows, (5.5), not their mean: the 1/m is in dZ "
    "already.",
    lambda X, W, dZ: _layer(X, W, dZ, db=dZ.mean(axis=0)),
)
dense_backward.mistake(
    "dW is transposed. It has the shape of W, and is Xᵀ dZ, (5.4).",
    lambda X, W, dZ: _layer(X, W, dZ, dZ.T @ X),
)
dense_backward.mistake(
    "db and dX are right. In dW the transpose is missing: it pairs every input with every output "
    "of the *same* example, Xᵀ dZ, (5.4).",
    lambda X, W, dZ: _layer(X, W, dZ, X @ dZ),
)
dense_backward.mistake(
    "db and dX are right. For dW the shape fits, but `reshape` only cuts the numbers into other "
    "rows; rows and columns are exchanged by the transpose, `X.T`.",
    lambda X, W, dZ: _layer(X, W, dZ, X.reshape(X.T.shape) @ dZ),
)
dense_backward.mistake(
    "dW and db are right. For dX the shape fits, but `reshape` only cuts the numbers into other "
    "rows; rows and columns are exchanged by the transpose, `W.T`.",
    lambda X, W, dZ: _layer(X, W, dZ, dX=dZ @ W.reshape(W.T.shape)),
)
dense_backward.mistake(
    "The shapes fit, but `reshape` only cuts the numbers into other rows; rows and columns are "
    "exchanged by the transpose, `.T`.",
    lambda X, W, dZ: _layer(X, W, dZ, X.reshape(X.T.shape) @ dZ, None, dZ @ W.reshape(W.T.shape)),
)
dense_backward.mistake(
    "db and dX are right. Your dW is what the last example alone contributes: is it overwritten in "
    "a loop? Add up what all examples contribute, with `+=` to a matrix of zeros.",
    lambda X, W, dZ: _layer(X, W, dZ, np.outer(X[-1], dZ[-1])),
)
dense_backward.mistake(
    "dX is right. Your dW and db are what the last example alone contributes: are they overwritten "
    "in a loop? Add up what all examples contribute.",
    lambda X, W, dZ: _layer(X, W, dZ, np.outer(X[-1], dZ[-1]), dZ[-1]),
)
dense_backward.mistake(
    "What you return comes from the first example alone. Add up what all examples contribute; if "
    "there is a loop, `return` stands behind it.",
    lambda X, W, dZ: _layer(X, W, dZ, np.outer(X[0], dZ[0]), dZ[0]),
)
dense_backward.mistake(
    "What you return comes from the first example alone. Add up what all examples contribute; if "
    "there is a loop, `return` stands behind it.",
    lambda X, W, dZ: (np.outer(X[0], dZ[0]), dZ[0], dZ[0] @ W.T),
)
dense_backward.mistake(
    "dW and dX are right. Your db is one row of dZ, that of a single example: sum all rows, (5.5).",
    lambda X, W, dZ: _layer(X, W, dZ, db=dZ[0]),
)
dense_backward.mistake(
    "dW and dX are right. Your db is one row of dZ, that of a single example: sum all rows, (5.5).",
    lambda X, W, dZ: _layer(X, W, dZ, db=dZ[-1]),
)
dense_backward.mistake(
    "dW and dX are right, and db is missing. The bias reaches every example: sum dZ over them.",
    lambda X, W, dZ: _layer(X, W, dZ, db=np.zeros(W.shape[1])),
)
dense_backward.mistake(
    "dW and dX are right. Each unit has a bias of its own, so db has an entry for each column of "
    "dZ: sum over the examples alone, with axis=0.",
    lambda X, W, dZ: _layer(X, W, dZ, db=dZ.sum() * np.ones(W.shape[1])),
)
dense_backward.mistake(
    "dW and dX are right. Each unit has a bias of its own, so db has an entry for each column of "
    "dZ: sum over the examples alone, with axis=0.",
    lambda X, W, dZ: _layer(X, W, dZ, db=dZ.sum()),
)
dense_backward.mistake(
    "dW and db are right. a(1 - a) does not belong to dX: the step through the activation of the "
    "layer before comes later, and (5.6) ends at X.",
    lambda X, W, dZ: _layer(X, W, dZ, dX=dZ @ W.T * X * (1 - X)),
)
dense_backward.mistake(
    "dW and db are right. A mask does not belong to dX: the step through the activation of the "
    "layer before comes later, and (5.6) ends at X.",
    lambda X, W, dZ: _layer(X, W, dZ, dX=dZ @ W.T * (X > 0)),
)
dense_backward.mistake(
    "db and dX are right. W is multiplied by the *input* of the layer, so dW is made of X; you "
    "took X W, its output.",
    lambda X, W, dZ: _layer(X, W, dZ, (X @ W).T @ dZ),
)
dense_backward.mistake(
    "db and dX are right. For dW you multiplied entry by entry, with `*`. It is a product of "
    "matrices, with `@`, (5.4).",
    lambda X, W, dZ: _layer(X, W, dZ, X * dZ),
)
dense_backward.mistake(
    "dW and db are right. For dX you multiplied entry by entry, with `*`. It is a product of "
    "matrices, with `@`, (5.6).",
    lambda X, W, dZ: _layer(X, W, dZ, dX=dZ * W),
)
dense_backward.mistake(
    "Those are new weights after a step, W - dW. The exercise asks for the gradients themselves.",
    lambda X, W, dZ: _layer(X, W, dZ, W - X.T @ dZ),
)


def _whole(rng):
    hand = (np.array([[1.0], [-2.0]]), np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]),
            np.array([[0.0, 0.0]]), np.array([0.0, np.log(3)]),
            np.array([[3.0, 0.0, -3.0], [-2.0, 0.0, 2.0]]),
            np.array([np.log(2), 0.0, 0.0]))  # fmt: skip
    cases = [hand]  # A is ½ and ¾, P is ½, ¼ and ¼
    for m, n, hidden, k in ((2, 3, 3, 3), (5, 4, 4, 4), (4, 2, 5, 3)):
        Y = np.eye(k)[rng.integers(0, k, m)]
        shapes = (n, hidden), (hidden,), (hidden, k), (k,)
        weights = (rng.normal(size=shape) for shape in shapes)
        cases.append((rng.normal(size=(m, n)), Y, *weights))
    return cases


def _cross_entropy(X, Y, W1, b1, W2, b2):
    return -(Y * np.log(_softmax(_sigmoid(X @ W1 + b1) @ W2 + b2))).sum() / len(X)


@exercise(
    stars=3,
    cases=_whole,
    judge=matches_numerical_gradient(
        _cross_entropy,
        ("dW1", "db1", "dW2", "db2"),
        first=("dW2", "db2"),
        about={
            "dW2": "Begin at the output, where dW2 is Aᵀ δ2: look at A, P, and δ2 = (P - Y) / m.",
            "db2": "It is the sum of δ2 over the examples.",
            "dW1": "Look at the way back through the hidden layer: δ1 is δ2 W2ᵀ, times A(1 - A), "
            "and dW1 is Xᵀ δ1.",
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


def _gradients(
    X, Y, W1, b1, W2, b2, *,
    hidden=_sigmoid,
    outputs=_softmax,
    delta=lambda P, Y: (P - Y) / len(Y),
    back=lambda D, W: D @ W.T,
    slope=lambda Z, A: A * (1 - A),
    dW1=lambda X, A, D1: X.T @ D1,
    dW2=lambda X, Z, A, D2: A.T @ D2,
    db=lambda D: D.sum(axis=0),
):  # fmt: skip
    """What two_layers returns, if one of its steps is done otherwise."""
    Z = X @ W1 + b1
    A = hidden(Z)
    D2 = delta(outputs(A @ W2 + b2), Y)
    D1 = back(D2, W2) * slope(Z, A)
    return dW1(X, A, D1), db(D1), dW2(X, Z, A, D2), db(D2)


two_layers.mistake(
    "The second layer is right. On the way back W⁽²⁾ is crossed in the other direction: "
    "transpose it.",
    lambda *n: _gradients(*n, back=lambda D, W: D @ W),
)
two_layers.mistake(
    "The 1/m is missing: the cost is a mean over the examples, so the δ of the output is "
    "(P - Y) / m.",
    lambda *n: _gradients(*n, delta=lambda P, Y: P - Y),
)
two_layers.mistake(
    "The second layer is right. The first needs a δ of its own: the output's δ has to go "
    "back through W⁽²⁾ᵀ.",
    lambda *n: _gradients(*n, back=lambda D, W: D),
)
two_layers.mistake(
    "The second layer is right. On the way to the first, the slope a(1 - a) wants the *output* A "
    "of the hidden layer, and you put in its sum.",
    lambda *n: _gradients(*n, slope=lambda Z, A: Z * (1 - Z)),
)
two_layers.mistake(
    "The second layer is right. On the way to the first, you took the slope σ' at A, which has "
    "been through the sigmoid already. Take σ' at the sum, or write A(1 - A).",
    lambda *n: _gradients(*n, slope=lambda Z, A: _slope(A)),
)
two_layers.mistake(
    "The second layer is right. On the way to the first you multiplied by A. It is the slope of "
    "the sigmoid that belongs there, A(1 - A).",
    lambda *n: _gradients(*n, slope=lambda Z, A: A),
)
two_layers.mistake(
    "The second layer is right. On the way to the first you took the slope of tanh, 1 - A². The "
    "hidden layer is made of sigmoids: A(1 - A).",
    lambda *n: _gradients(*n, slope=lambda Z, A: 1 - A**2),
)
two_layers.mistake(
    "The second layer is right. On the way to the first you took the slope of ReLU. The hidden "
    "layer is made of sigmoids: A(1 - A).",
    lambda *n: _gradients(*n, slope=lambda Z, A: Z > 0),
)
two_layers.mistake(
    "The weights are right. The biases take the sum of δ, not its mean: the 1/m is in δ already.",
    lambda *n: _gradients(*n, db=lambda D: D.mean(axis=0)),
)
two_layers.mistake(
    "The weights are right. A bias reaches every *example*, so sum δ over the examples, which are "
    "axis 0, not 1.",
    lambda *n: _gradients(*n, db=lambda D: D.sum(axis=1)),
)
two_layers.mistake(
    "The weights are right. Each unit has a bias of its own: sum δ over the examples alone, with "
    "axis=0.",
    lambda *n: _gradients(*n, db=lambda D: D.sum()),
)
two_layers.mistake(
    "The sign is reversed: the δ of the output is prediction minus label.",
    lambda *n: _gradients(*n, delta=lambda P, Y: (Y - P) / len(Y)),
)
two_layers.mistake(
    "Your outputs are sigmoids. Here they are softmax: each row of P adds up to 1, as its classes "
    "exclude each other.",
    lambda *n: _gradients(*n, outputs=_sigmoid),
)
two_layers.mistake(
    "Your outputs have no softmax: P is made of the logits themselves. The δ is (P - Y) / m with "
    "the probabilities.",
    lambda *n: _gradients(*n, outputs=lambda Z: Z),
)
two_layers.mistake(
    "The softmax is applied twice: what goes into it are the logits, not probabilities.",
    lambda *n: _gradients(*n, outputs=lambda Z: _softmax(_softmax(Z))),
)
two_layers.mistake(
    "The outputs have a sigmoid before the softmax. The second layer hands its sums, the logits, "
    "straight to the softmax.",
    lambda *n: _gradients(*n, outputs=lambda Z: _softmax(_sigmoid(Z))),
)
two_layers.mistake(
    "Your softmax divides by the sum of the whole matrix. Each example has probabilities of its "
    "own: divide each row by its own sum.",
    lambda *n: _gradients(*n, outputs=lambda Z: np.exp(Z) / np.exp(Z).sum()),
)
two_layers.mistake(
    "Your softmax runs over the examples. It belongs to the classes: divide each row by its own "
    "sum, with axis=1 and keepdims=True.",
    lambda *n: _gradients(*n, outputs=lambda Z: np.exp(Z) / np.exp(Z).sum(axis=0)),
)
two_layers.mistake(
    "You multiplied δ of the output by P(1 - P). With softmax and cross-entropy that slope has "
    "cancelled, and (P - Y) / m is all, (3.15).",
    lambda *n: _gradients(*n, delta=lambda P, Y: (P - Y) * P * (1 - P) / len(Y)),
)
two_layers.mistake(
    "-Y/P is the derivative of the loss by P. It still has to go back through the softmax, and "
    "together they leave (P - Y) / m, (3.15).",
    lambda *n: _gradients(*n, delta=lambda P, Y: -Y / P / len(Y)),
)
two_layers.mistake(
    "The labels are missing in the δ of the output: it is (P - Y) / m.",
    lambda *n: _gradients(*n, delta=lambda P, Y: P / len(Y)),
)
two_layers.mistake(
    "The 2 belongs to the squared error. The cross-entropy leaves (P - Y) / m.",
    lambda *n: _gradients(*n, delta=lambda P, Y: 2 * (P - Y) / len(Y)),
)
two_layers.mistake(
    "You divided by the number of classes. The mean is over the examples: (P - Y) / m.",
    lambda *n: _gradients(*n, delta=lambda P, Y: (P - Y) / Y.shape[1]),
)
two_layers.mistake(
    "You divided by the number of all entries of Y. The mean is over the examples alone: "
    "(P - Y) / m.",
    lambda *n: _gradients(*n, delta=lambda P, Y: (P - Y) / Y.size),
)
two_layers.mistake(
    "You divided by m twice. Once is enough, at the output: δ carries the 1/m back to all layers.",
    lambda *n: _gradients(*n, delta=lambda P, Y: (P - Y) / len(Y) ** 2),
)
two_layers.mistake(
    "The biases are right. The weights are divided by m once too often: the 1/m is in δ already.",
    lambda *n: _gradients(
        *n, dW1=lambda X, A, D: X.T @ D / len(X), dW2=lambda X, Z, A, D: A.T @ D / len(X)
    ),
)
two_layers.mistake(
    "The second layer is right. In the first you divided by m once more: δ brings the 1/m with it.",
    lambda *n: _gradients(*n, slope=lambda Z, A: A * (1 - A) / len(A)),
)
two_layers.mistake(
    "The hidden layer has lost its activation: A is the sigmoid of X W1 + b1, not the sum itself.",
    lambda *n: _gradients(*n, hidden=lambda Z: Z),
)
two_layers.mistake(
    "The hidden layer has lost its activation: A is the sigmoid of X W1 + b1, not the sum itself.",
    lambda *n: _gradients(*n, hidden=lambda Z: Z, slope=lambda Z, A: 1),
)
two_layers.mistake(
    "The hidden layer has lost its activation: A is the sigmoid of X W1 + b1, not the sum itself.",
    lambda *n: _gradients(*n, hidden=lambda Z: Z, slope=lambda Z, A: _slope(Z)),
)
two_layers.mistake(
    "Your hidden layer is made of tanh. The exercise wants sigmoids, with the slope A(1 - A).",
    lambda *n: _gradients(*n, hidden=np.tanh, slope=lambda Z, A: 1 - A**2),
)
two_layers.mistake(
    "All is right but dW2. What goes into the second layer is A, the *outputs* of the hidden "
    "layer; you took its sums.",
    lambda *n: _gradients(*n, dW2=lambda X, Z, A, D: Z.T @ D),
)
two_layers.mistake(
    "All is right but dW2. What goes into the second layer is A, the *outputs* of the hidden "
    "layer; you took their slopes.",
    lambda *n: _gradients(*n, dW2=lambda X, Z, A, D: _slope(Z).T @ D),
)
two_layers.mistake(
    "All is right but dW2. What goes into the second layer is A, the outputs of the hidden layer; "
    "you took X.",
    lambda *n: _gradients(*n, dW2=lambda X, Z, A, D: X.T @ D),
)
two_layers.mistake(
    "All is right but dW1. What goes into the first layer is X; you took A, which comes out of it.",
    lambda *n: _gradients(*n, dW1=lambda X, A, D: A.T @ D),
)


def _after_a_step(X, Y, W1, b1, W2, b2, lr):
    """δ goes back through W2 after W2 has moved."""
    old = _gradients(X, Y, W1, b1, W2, b2)
    back = lambda D, W: D @ (W - lr * old[2]).T  # noqa: E731
    return _gradients(X, Y, W1, b1, W2, b2, back=back)


two_layers.mistake(
    "The second layer is right. You changed W2 before δ went back through it: all gradients belong "
    "to the same, old weights.",
    lambda *n: _after_a_step(*n, 0.1),
)
two_layers.mistake(
    "The second layer is right. You changed W2 before δ went back through it: all gradients belong "
    "to the same, old weights.",
    lambda *n: _after_a_step(*n, 1),
)


def _decays(rng):
    hand = (
        np.array([[1.0, 2.0]]),
        np.array([1.0, -3.0]),
        np.array([[10.0, -20.0]]),
        np.array([5.0, 4.0]),
        0.1,
    )
    drawn = [
        (*(rng.normal(size=shape) for shape in ((n, k), (k,), (n, k), (k,))), 0.5)
        for n, k in ((3, 2), (2, 4))
    ]
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
    "dW is right. Biases do not decay: (5.8) sums the squares of the weights only, so db stays as "
    "it is.",
    lambda dW, db, W, b, decay: (dW + decay * W, db + decay * b),
)
with_decay.mistake(
    "You have exchanged the two: the weights decay, the biases do not.",
    lambda dW, db, W, b, decay: (dW, db + decay * b),
)
with_decay.mistake(
    "What you add is twice too much: the 1/2 in (5.8) is there to cancel the 2 of the square.",
    lambda dW, db, W, b, decay: (dW + 2 * decay * W, db),
)
with_decay.mistake(
    "What you add is half of what it should be: the derivative of (λ/2) W² is λW, because the "
    "square brings down a 2.",
    lambda dW, db, W, b, decay: (dW + decay / 2 * W, db),
)
with_decay.mistake(
    "The sign is reversed: the penalty is added to the cost, so λW is added to the gradient. The "
    "minus comes later, with the step.",
    lambda dW, db, W, b, decay: (dW - decay * W, db),
)
with_decay.mistake(
    "You added the penalty itself. The gradient wants its *derivative*, which is λW.",
    lambda dW, db, W, b, decay: (dW + decay / 2 * (W**2).sum(), db),
)
with_decay.mistake(
    "You added squares of weights. The gradient wants the *derivative* of the penalty, λW.",
    lambda dW, db, W, b, decay: (dW + decay * (W**2).sum(), db),
)
with_decay.mistake(
    "You added squares of weights. The gradient wants the *derivative* of the penalty, λW.",
    lambda dW, db, W, b, decay: (dW + decay / 2 * W**2, db),
)
with_decay.mistake(
    "You added squares of weights. The gradient wants the *derivative* of the penalty, λW.",
    lambda dW, db, W, b, decay: (dW + decay * W**2, db),
)
with_decay.mistake(
    "It is the weights that decay, not the gradient: add λW.",
    lambda dW, db, W, b, decay: (dW * (1 - decay), db),
)
with_decay.mistake(
    "It is the weights that decay, not the gradient: add λW.",
    lambda dW, db, W, b, decay: (dW * (1 + decay), db),
)
with_decay.mistake(
    "λ stands before the wrong matrix: it belongs to W, and dW is added whole.",
    lambda dW, db, W, b, decay: (decay * dW + W, db),
)
with_decay.mistake(
    "You divided by the number of rows. The penalty in (5.8) stands outside the mean over "
    "examples, and the rows of W are inputs: add λW as it is.",
    lambda dW, db, W, b, decay: (dW + decay * W / len(W), db),
)
with_decay.mistake(
    "You divided by the number of weights. (5.8) takes the sum of their squares, not the mean.",
    lambda dW, db, W, b, decay: (dW + decay * W / W.size, db),
)
with_decay.mistake(
    "That is a weight after a step. The exercise asks for the gradient, before any step is taken.",
    lambda dW, db, W, b, decay: (W - dW - decay * W, db),
)
with_decay.mistake(
    "That is a weight after a step. The exercise asks for the gradient, before any step is taken.",
    lambda dW, db, W, b, decay: (W - dW - decay * W, b - db),
)
with_decay.mistake(
    "The sign of W is the derivative of |W|. (5.8) has squares, which pull large weights more: λW.",
    lambda dW, db, W, b, decay: (dW + decay * np.sign(W), db),
)
with_decay.mistake(
    "You added the sizes of the weights, without their signs. A negative weight is pulled up, a "
    "positive one down: add λW.",
    lambda dW, db, W, b, decay: (dW + decay * np.abs(W), db),
)
with_decay.mistake(
    "You added the sum of all weights to every entry. In the derivative by one weight, only that "
    "weight is left of the sum.",
    lambda dW, db, W, b, decay: (dW + decay * W.sum(), db),
)
with_decay.mistake(
    "You divided W by its length. (5.8) has the squares themselves, without a root: add λW.",
    lambda dW, db, W, b, decay: (dW + decay * W / np.linalg.norm(W), db),
)
with_decay.mistake(
    "That is dW alone, and it is right. Return db as well, although it does not change: "
    "`return dW, db`, with the new dW.",
    lambda dW, db, W, b, decay: dW + decay * W,
)


def _outputs(rng):
    hand = np.array([[0.0], [np.log(3)]]), np.array([[1.0], [0.0]])
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
output_delta.mistake(
    "That is the δ of the cross-entropy, and without its 1/m. With the squared error the slope "
    "does not cancel: 2(a - Y) a(1 - a) / m.",
    lambda Z, Y: _sigmoid(Z) - Y,
)
output_delta.mistake(
    "The 1/m is missing: the cost is a mean over the examples.",
    lambda Z, Y: 2 * (_sigmoid(Z) - Y) * _slope(Z),
)
output_delta.mistake(
    "A factor 2 is missing, which the square brings down. Only a cost with 1/2 in front has none.",
    lambda Z, Y: (_sigmoid(Z) - Y) * _slope(Z) / len(Z),
)
output_delta.mistake(
    "Two factors are missing: the 2 that the square brings down, and the 1/m of the mean.",
    lambda Z, Y: (_sigmoid(Z) - Y) * _slope(Z),
)
output_delta.mistake(
    "That is the derivative by a. To come to z, go back through the sigmoid: multiply by its "
    "slope a(1 - a).",
    lambda Z, Y: 2 * (_sigmoid(Z) - Y) / len(Z),
)
output_delta.mistake(
    "That is the derivative by a of the sum of squares. To come to z, multiply by the slope "
    "a(1 - a); and as the cost is a mean, divide by m.",
    lambda Z, Y: 2 * (_sigmoid(Z) - Y),
)
output_delta.mistake(
    "The sign is reversed: it is prediction minus label.",
    lambda Z, Y: 2 * (Y - _sigmoid(Z)) * _slope(Z) / len(Z),
)
output_delta.mistake(
    "You compare the labels with Z, the sums. The cost compares them with the outputs σ(Z).",
    lambda Z, Y: 2 * (Z - Y) * _slope(Z) / len(Z),
)
output_delta.mistake(
    "The sigmoid is missing, on the way forward and on the way back: the outputs are σ(Z).",
    lambda Z, Y: 2 * (Z - Y) / len(Z),
)
output_delta.mistake(
    "You took tanh outputs, with their slope 1 - a². Here they are sigmoids.",
    lambda Z, Y: 2 * (np.tanh(Z) - Y) * (1 - np.tanh(Z) ** 2) / len(Z),
)
output_delta.mistake(
    "1 - a² is the slope of tanh. The outputs are sigmoids, with the slope a(1 - a).",
    lambda Z, Y: 2 * (_sigmoid(Z) - Y) * (1 - _sigmoid(Z) ** 2) / len(Z),
)
output_delta.mistake(
    "Your outputs are a softmax. Here each of them is a sigmoid of its own.",
    lambda Z, Y: 2 * (_softmax(Z) - Y) * _softmax(Z) * (1 - _softmax(Z)) / len(Z),
)
output_delta.mistake(
    "That is the δ of softmax outputs with cross-entropy, (3.15). Here the outputs are sigmoids, "
    "and the loss is the squared error.",
    lambda Z, Y: (_softmax(Z) - Y) / len(Z),
)
output_delta.mistake(
    "a(1 - a) wants the output a = σ(Z), and you put in Z, the sum.",
    lambda Z, Y: 2 * (_sigmoid(Z) - Y) * Z * (1 - Z) / len(Z),
)
output_delta.mistake(
    "Your slope of the sigmoid is taken at a, which has been through the sigmoid already. Take σ' "
    "at Z, or write a(1 - a).",
    lambda Z, Y: 2 * (_sigmoid(Z) - Y) * _slope(_sigmoid(Z)) / len(Z),
)
output_delta.mistake(
    "You multiplied by a itself. It is the slope a(1 - a) that belongs there.",
    lambda Z, Y: 2 * (_sigmoid(Z) - Y) * _sigmoid(Z) / len(Z),
)
output_delta.mistake(
    "The square is still there. When you differentiate it, the 2 comes down and the power goes: "
    "2(a - Y).",
    lambda Z, Y: 2 * (_sigmoid(Z) - Y) ** 2 * _slope(Z) / len(Z),
)
output_delta.mistake(
    "The square is still there. When you differentiate it, the 2 comes down and the power goes: "
    "2(a - Y).",
    lambda Z, Y: (_sigmoid(Z) - Y) ** 2 * _slope(Z) / len(Z),
)
output_delta.mistake(
    "You divided by the number of columns. The mean is over the examples, which are the rows.",
    lambda Z, Y: 2 * (_sigmoid(Z) - Y) * _slope(Z) / Z.shape[1],
)
output_delta.mistake(
    "You took the mean of the rows, and lost a δ for each example. The 1/m only divides: no sum is "
    "taken here.",
    lambda Z, Y: (2 * (_sigmoid(Z) - Y) * _slope(Z)).mean(axis=0),
)
output_delta.mistake(
    "That is the cost, one number. The exercise asks for its derivative by each entry of Z.",
    lambda Z, Y: ((_sigmoid(Z) - Y) ** 2).mean(),
)
output_delta.mistake(
    "That is the cost, one number. The exercise asks for its derivative by each entry of Z.",
    lambda Z, Y: ((_sigmoid(Z) - Y) ** 2).sum() / len(Z),
)
