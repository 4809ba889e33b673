"""Layers: functions with weights that can be run forwards and backwards.

`forward` takes a batch X, one example per row, and returns the layer's output. `backward`
takes ∂J/∂output, the upstream gradient, and returns ∂J/∂X, leaving the gradients of the
layer's own weights in its parameters. Both stand side by side in each class.

Gradients are assigned, never accumulated, and no method changes an argument.
"""

import math

import numpy as np

from course_lib.checks import (
    expect,
    expect_finite,
    expect_rng,
    expect_shape,
    expect_whole,
    floats,
)
from course_lib.initializers import he

__all__ = ["Activation", "Dense", "Flatten", "Layer", "Parameter", "initial_weights"]


class Parameter:
    """A weight array `value`, and `grad`, the gradient of the cost with respect to it.

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
        shape = self._value.shape
        self._value[...] = expect(self.name, "value", numbers, shape, "the shape it was made with")

    @property
    def grad(self):
        return self._grad

    @grad.setter
    def grad(self, numbers):
        shape = self._value.shape
        self._grad[...] = expect(self.name, "grad", numbers, shape, "one derivative per entry")

    def move_to(self, value, grad):
        """Use these two arrays of the same shape from now on; copy value and gradient into them."""
        value[...], grad[...] = self._value, self._grad
        self._value, self._grad = value, grad

    def __repr__(self):
        return f"Parameter {self.name} of shape {self.value.shape}"


class Layer:
    """Base of all layers; a layer of your own needs `forward` and `backward`, and nothing else.

    `parameters` are its `Parameter`s, in order. `forward` stores in `self._cache` what
    `backward` needs; `self._recall()` returns it.
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
        """The shape of one example's output, given the shape of its input; here the same."""
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

    Raises ShapeError if X has the wrong shape, or dZ the wrong number of columns; RuntimeError
    for backward before forward; ValueError for sizes below 1; TypeError for an `init` or `rng`
    of another kind.
    """

    def __init__(self, n_in, n_out, *, rng, init=he):
        shape = expect_whole("Dense", "n_in", n_in), expect_whole("Dense", "n_out", n_out)
        self.W = Parameter("W", initial_weights("Dense", init, shape, rng), decays=True)
        self.b = Parameter("b", np.zeros(n_out), decays=False)
        self.parameters = (self.W, self.b)

    def forward(self, X):
        W, b = self.W.value, self.b.value
        self._cache = X = expect("Dense", "X", X, ("m", len(W)), "one example per row")
        return X @ W + b  # (4.3)

    def backward(self, dZ):
        X, W = self._recall(), self.W.value
        self.W.grad = X.T @ dZ  # (5.4)
        self.b.grad = dZ.sum(axis=0)  # (5.5)
        return dZ @ W.T  # (5.6)

    def output_shape(self, shape):
        expect_shape("Dense", "an example", shape, (len(self.W.value),), "one row of X")
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

    Raises ShapeError for a dA of another shape, RuntimeError for backward before forward,
    TypeError if `phi` or `phi_prime` is not callable.
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
        self._cache = Z = floats("Activation", "Z", Z)
        return self.phi(Z)

    def backward(self, dA):
        Z = self._recall()
        why = "the shape of Z, since φ acts entry by entry"
        dA = expect("Activation", "dA", dA, Z.shape, why)
        slope = expect("Activation", "phi_prime", self.phi_prime(Z), Z.shape, why)
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
        self._cache = X.shape
        return X.reshape(len(X), math.prod(X.shape[1:]))

    def backward(self, dZ):
        m, *shape = self._recall()
        expect_shape("Flatten", "dZ", dZ.shape, (m, math.prod(shape)), "the shape of the output")
        return dZ.reshape(m, *shape)

    def output_shape(self, shape):
        return (math.prod(shape),)


def initial_weights(who, init, shape, rng):
    """The first weights of the layer `who`, drawn by the initialiser `init`.

    Raises TypeError for an `init` that cannot be called or a `rng` that is no generator,
    ShapeError or ValueError for weights of another shape or not finite.
    """
    expect_rng(who, rng)
    if not callable(init):
        raise TypeError(f"{who}: init is {init!r}, expected a function such as he or xavier.")
    weights = expect(who, "W", init(shape, rng=rng), shape, "what init has to return")
    expect_finite(who, "W", weights, "It is what init returned.")
    return weights
