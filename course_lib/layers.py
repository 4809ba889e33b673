"""Layers: functions with weights that can be run forwards and backwards.

`forward` takes a batch X, one example per row, and returns the layer's output. `backward`
takes ∂J/∂output and returns ∂J/∂X, leaving the gradients of the layer's own weights in
its parameters. Both stand side by side in each class, so that they can be compared.

Gradients are assigned, never accumulated, and no method changes an argument.
"""

import math

import numpy as np

from course_lib.checks import expect, expect_finite, expect_rng, expect_whole, floats
from course_lib.initializers import he

__all__ = ["Activation", "Dense", "Flatten", "Layer", "Parameter", "drawn"]


class Parameter:
    """A weight array `value` and `grad`, the derivative of the cost by it, of one shape.

    `name` is its letter, with the number of its layer once it is in a network: "W", "W2".
    `decays` says whether weight decay acts on it: True for weights, False for biases.

    Assigning to `value` or `grad` copies the numbers in: a network keeps all of them in one
    vector, and a parameter is a view into it. Another shape raises ShapeError.
    """

    _in_a_network = False

    def __init__(self, name, value, *, decays):
        self.name = name
        self.decays = decays
        value = floats("Parameter", name, value)
        is_placeholder = value.ndim > 0 and not any(value.strides)
        self._value = value if is_placeholder else np.array(value)
        self._grad = value if is_placeholder else np.zeros_like(self._value)

    @property
    def value(self):
        return self._value

    @value.setter
    def value(self, numbers):
        numbers = floats(self.name, "value", numbers)
        expect(self.name, "value", numbers, self._value.shape, "the shape it was made with")
        self._value[...] = numbers

    @property
    def grad(self):
        return self._grad

    @grad.setter
    def grad(self, numbers):
        numbers = floats(self.name, "grad", numbers)
        expect(self.name, "grad", numbers, self._value.shape, "a derivative for each entry of it")
        self._grad[...] = numbers

    def move_to(self, value, grad):
        """Live in these two arrays of the same shape from now on, taking the numbers along."""
        value[...], grad[...] = self._value, self._grad
        self._value, self._grad = value, grad

    def __repr__(self):
        return f"Parameter {self.name} of shape {self.value.shape}"


class Layer:
    """What all layers share; one of your own needs `forward` and `backward` and nothing else.

    `parameters` are its `Parameter`s, in order. What `forward` puts into `self._cache` is
    what `backward` gets back from `self._recall()`.
    """

    parameters = ()
    _cache = None
    _in_a_network = False

    def forward(self, X):
        """The layer's output for the batch X (m, ...), one example per row."""
        raise NotImplementedError(f"{self}: write forward(self, X), which returns the output.")

    def backward(self, dZ):
        """∂J/∂X, from dZ = ∂J/∂output; the parameters' `grad` is assigned on the way."""
        raise NotImplementedError(f"{self}: write backward(self, dZ), which returns dX.")

    def output_shape(self, shape):
        """The shape of one example's output, from that of its input; here the same."""
        return shape

    def multiplications(self, shape):
        """How often `forward` multiplies by a weight for one example of this input shape."""
        return 0

    def _recall(self):
        if self._cache is None:
            raise RuntimeError(
                f"{self}: backward was called before forward; expected forward(X) first, since a "
                f"gradient is taken at a point. Call forward on the same batch, then backward."
            )
        return self._cache

    def __getstate__(self):
        return {name: value for name, value in vars(self).items() if name != "_cache"}

    def __repr__(self):
        return f"{type(self).__name__}()"


class Dense(Layer):
    """Z = X W + b, with X (m, n_in), W (n_in, n_out), b (n_out,), Z (m, n_out).

    `init` draws W from `rng` (an initialiser such as `he`); b starts at zero. Source: the
    forward pass is derived in notebook 04, the backward pass in notebook 05.

    Raises ShapeError for another X or dZ, RuntimeError for backward before forward,
    ValueError for sizes below 1, TypeError without a `rng`.
    """

    def __init__(self, n_in, n_out, *, rng, init=he):
        expect_whole("Dense", "n_in", n_in)
        expect_whole("Dense", "n_out", n_out)
        self.W = Parameter("W", drawn("Dense", init, (n_in, n_out), rng), decays=True)
        self.b = Parameter("b", np.zeros(n_out), decays=False)
        self.parameters = (self.W, self.b)

    def forward(self, X):
        W, b = self.W.value, self.b.value
        X = floats("Dense", "X", X)
        expect("Dense", "X", X, ("m", len(W)), "one example per row")
        self._cache = X
        return X @ W + b  # (4.3)

    def backward(self, dZ):
        X, W = self._recall(), self.W.value
        dZ = floats("Dense", "dZ", dZ)
        expect("Dense", "dZ", dZ, (len(X), W.shape[1]), "the shape of Z, the output")
        self.W.grad = X.T @ dZ  # (5.4)
        self.b.grad = dZ.sum(axis=0)  # (5.5)
        return dZ @ W.T  # (5.6)

    def output_shape(self, shape):
        expect("Dense", "an example", _of_shape(shape), (len(self.W.value),), "one row of X")
        return (self.W.value.shape[1],)

    def multiplications(self, shape):
        return self.W.value.size

    def __repr__(self):
        n_in, n_out = self.W.value.shape
        return f"Dense({n_in}, {n_out})"


class Activation(Layer):
    """A = φ(Z), entry by entry: Z and A have the same shape, any shape.

    `phi` is the function and `phi_prime` its derivative, both from arrays to arrays of the
    same shape: `Activation(tanh, tanh_prime)`. Source: notebooks 04 and 05.

    Raises ShapeError for another dA, RuntimeError for backward before forward, TypeError
    for what cannot be called.
    """

    def __init__(self, phi, phi_prime):
        for name, function in (("phi", phi), ("phi_prime", phi_prime)):
            if not callable(function):
                raise TypeError(
                    f"Activation: {name} is {function!r}, expected a function and its "
                    f"derivative. Try Activation(tanh, tanh_prime)."
                )
        self.phi, self.phi_prime = phi, phi_prime

    def forward(self, Z):
        Z = floats("Activation", "Z", Z)
        A = self.phi(Z)
        self._cache = Z
        return _like(Z, "phi", A)

    def backward(self, dA):
        Z = self._recall()
        dA = floats("Activation", "dA", dA)
        expect("Activation", "dA", dA, Z.shape, "the shape of Z, since φ acts entry by entry")
        slope = _like(Z, "phi_prime", self.phi_prime(Z))
        return dA * slope  # (5.3)

    def __repr__(self):
        return f"Activation({getattr(self.phi, '__name__', type(self.phi).__name__)})"


class Flatten(Layer):
    """Each example as one row: X (m, a, b, ...) becomes (m, a · b · ...), row by row.

    Raises ShapeError for another dZ, RuntimeError for backward before forward. Source:
    notebook 08.
    """

    def forward(self, X):
        X = floats("Flatten", "X", X)
        if X.ndim == 0:
            raise ValueError("Flatten: X is a single number, expected (m, ...): m examples.")
        self._cache = X.shape
        return X.reshape(len(X), math.prod(X.shape[1:]))

    def backward(self, dZ):
        shape = self._recall()
        dZ = floats("Flatten", "dZ", dZ)
        expect("Flatten", "dZ", dZ, (shape[0], math.prod(shape[1:])), "the shape of the output")
        return dZ.reshape(shape)

    def output_shape(self, shape):
        return (math.prod(shape),)


def drawn(who, init, shape, rng):
    """The first weights of the layer `who`: what the initialiser `init` returns, checked.

    Raises TypeError for what cannot be called or is no generator, ValueError for weights that
    are not finite, ShapeError for another shape.
    """
    expect_rng(who, rng)
    if not callable(init):
        raise TypeError(f"{who}: init is {init!r}, expected a function such as he or xavier.")
    weights = floats(who, "W", init(shape, rng=rng))
    expect(who, "W", weights, shape, "what init has to return")
    expect_finite(who, "W", weights, "It is what init returned.")
    return weights


def _like(Z, name, A):
    """What a function made of Z, if it has its shape; in the type of Z."""
    A = floats("Activation", f"{name}(Z)", A)
    expect("Activation", f"{name}(Z)", A, Z.shape, "the shape of Z: it acts entry by entry")
    return A.astype(Z.dtype, copy=False)


def _of_shape(shape):
    """An array of this shape that takes no memory."""
    return np.broadcast_to(0.0, shape)
