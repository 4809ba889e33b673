"""Layers in a row, over one vector that holds every weight: a network is a function of θ."""

import copy

import numpy as np

from course_lib.layers import Layer, Parameter
from course_lib.shapes import expect, expect_between, expect_finite, floats
from course_lib.storage import read_arrays, write_arrays
from course_lib.summary import summarise

__all__ = ["Network", "makes_probabilities", "penalty"]


class Network:
    """The composition of its `layers`: the output of each is the input of the next.

    All weights and biases stand in one vector `theta`, all derivatives of the cost by them
    in one vector `grad`; the `parameters` of the layers are views into the two, named by
    the number of their layer: W1, b1, W2, b2. Whatever is assigned to `theta`, `grad` or a
    parameter is copied in, so that all three always agree.

    `dtype` is np.float64 or np.float32, in values and gradients. A layer belongs to one
    network only. Source: notebook 04 (forward) and 05 (backward).

    Raises TypeError for what is no layer; ValueError for a layer or a parameter that is taken
    already, not listed in its layer's `parameters`, or named as another one is.
    """

    def __init__(self, *layers, dtype=np.float64):
        _expect_layers(layers)
        if dtype not in (np.float32, np.float64):
            raise ValueError(f"Network: dtype is {dtype!r}, expected np.float64 or np.float32.")
        self.layers = layers
        self.dtype = np.dtype(dtype)
        self.parameters = tuple(parameter for layer in layers for parameter in layer.parameters)
        for taken in (*layers, *self.parameters):
            taken._in_a_network = True
        for parameter, name in zip(self.parameters, _names(layers), strict=True):
            parameter.name = name
        self._pack()

    def _pack(self):
        sizes = [parameter.value.size for parameter in self.parameters]
        self._theta, self._grad = np.zeros((2, sum(sizes)), dtype=self.dtype)
        self.decays = np.zeros_like(self._theta)
        stop = 0
        for parameter, size in zip(self.parameters, sizes, strict=True):
            start, stop = stop, stop + size
            shape = parameter.value.shape
            parameter.move_to(
                self._theta[start:stop].reshape(shape), self._grad[start:stop].reshape(shape)
            )
            self.decays[start:stop] = parameter.decays

    def forward(self, X):
        """The outputs Z for the batch X, one example per row.

        X of another dtype is converted. Raises ValueError for NaN, infinities, text or an
        empty batch, ShapeError where a layer cannot take what it gets.
        """
        A = np.array(floats("Network", "X", X), dtype=self.dtype)
        if A.size == 0:
            raise ValueError(
                f"Network: X is empty, it has shape {A.shape}; expected at least one example."
            )
        expect_finite("Network", "X", A, "Remove or mend the examples that are incomplete.")
        for layer in self.layers:
            A = _returned(layer, "forward", layer.forward(A))
        return A

    def backward(self, dZ):
        """∂J/∂X from dZ = ∂J/∂Z, with Z from the last `forward`; fills `grad` on the way."""
        dA = floats("Network", "dZ", dZ).astype(self.dtype, copy=False)
        for layer in reversed(self.layers):
            dA = _returned(layer, "backward", layer.backward(dA))
        return dA

    @property
    def theta(self):
        return self._theta

    @theta.setter
    def theta(self, numbers):
        if numbers is not self._theta:
            numbers = floats("Network", "theta", numbers)
            expect("Network", "theta", numbers, self._theta.shape, "one number per weight")
            self._theta[...] = numbers

    @property
    def grad(self):
        return self._grad

    @grad.setter
    def grad(self, numbers):
        numbers = floats("Network", "grad", numbers)
        expect("Network", "grad", numbers, self._grad.shape, "one number per weight")
        self._grad[...] = numbers

    def summary(self, input_shape):
        """Output shape, parameters and multiplications of each layer, for one example of
        shape `input_shape`, as a `Summary`, which prints as a table."""
        return summarise(self.layers, input_shape)

    def save(self, path):
        """Write all weights to the file `path`, whole or not at all. No pickle."""
        write_arrays(path, [repr(layer) for layer in self.layers], self._values())

    def load(self, path):
        """Fill this network with the weights that `save` wrote for one of the same layers.

        The file is checked first, so that whatever is wrong with it leaves the network as
        it was. Raises FileNotFoundError, or ValueError for a file that is damaged, foreign,
        of another architecture, or not finite.
        """
        layers = [repr(layer) for layer in self.layers]
        numbers = read_arrays(path, layers, self._values())
        for parameter in self.parameters:
            parameter.value = numbers[parameter.name]

    def _values(self):
        return {parameter.name: parameter.value for parameter in self.parameters}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._pack()

    def __copy__(self):
        return copy.deepcopy(self)

    def __repr__(self):
        return f"Network({', '.join(map(repr, self.layers))})"


def penalty(net, weight_decay):
    """Weight decay: its value (λ/2) Σ W² and its gradient by `net.theta`, λW.

    Only weights count, biases do not: the gradient is zero there. Source: notebook 05.
    Raises ValueError unless λ = `weight_decay` is a number of at least 0.
    """
    expect_between("penalty", "weight_decay", weight_decay, 0, closed=True)
    W = net.theta * net.decays
    value = float(weight_decay / 2 * (W @ W))  # (5.8)
    return value, weight_decay * W  # (5.9)


def makes_probabilities(net, X):
    """Do the outputs look like probabilities whatever the weights, so that they are no logits?

    True if all lie between 0 and 1, and each row of several sums to 1 (or there is but one
    output), for X and also with random weights and inputs. `net` is left as it is.
    """
    net, rng = copy.deepcopy(net), np.random.default_rng(0)
    with np.errstate(all="ignore"):
        for _ in range(4):
            Z = net.forward(X)
            sums = Z.sum(axis=-1)
            if not (Z.ndim == 2 and Z.min() >= 0 and Z.max() <= 1):
                return False
            if Z.shape[1] > 1 and not np.allclose(sums, 1, atol=1e-3):
                return False
            net.theta = 5 * rng.normal(size=net.theta.shape)
            X = X + 5 * rng.normal(size=np.shape(X))
    return True


def _expect_layers(layers):
    if not layers:
        raise ValueError("Network: no layers came, expected at least one, as in Network(Dense(…)).")
    for layer in layers:
        if not isinstance(layer, Layer):
            raise TypeError(
                f"Network: {layer!r} came, expected layers, one after the other. "
                f"Try Network(Dense(…), Activation(…), Dense(…)), without a list."
            )
        _expect_listed(layer)
    _expect_own("layer", layers)
    _expect_own("parameter", [parameter for layer in layers for parameter in layer.parameters])
    names = _names(layers)
    for name in names:
        if names.count(name) > 1:
            raise ValueError(
                f"Network: two parameters would be called {name}, expected different names: "
                f"weights are saved and reported by name. Rename one, as in Parameter('V', …)."
            )


def _expect_own(kind, parts):
    for part in parts:
        if part._in_a_network or sum(part is other for other in parts) > 1:
            raise ValueError(
                f"Network: {part} belongs to a network already, expected a {kind} of its own: "
                f"weights have one home. Make a new {kind} for each place."
            )


def _expect_listed(layer):
    """A parameter that is not listed would never be trained."""
    listed = layer.parameters
    if not isinstance(listed, tuple | list) or not all(isinstance(p, Parameter) for p in listed):
        raise TypeError(
            f"Network: {layer}.parameters is {listed!r}, expected a tuple of Parameters. "
            f"Try self.parameters = (self.W, self.b)."
        )
    for name, value in vars(layer).items():
        if isinstance(value, Parameter) and not any(value is own for own in listed):
            raise ValueError(
                f"Network: {layer}.{name} is not among its `parameters`, and would never be "
                f"trained. Try self.parameters = (self.W, self.b)."
            )


def _names(layers):
    """Each parameter's name with the number of its layer among those that have any."""
    numbered = enumerate((layer for layer in layers if layer.parameters), start=1)
    return [f"{p.name}{number}" for number, layer in numbered for p in layer.parameters]


def _returned(layer, method, value):
    if value is None:
        raise TypeError(f"{layer}: {method} returned None, expected an array: `return` it.")
    return value
