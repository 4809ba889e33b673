"""Layers in a row, over one vector that holds every weight: a network is a function of θ."""

import copy
from dataclasses import dataclass

import numpy as np

from course_lib.activations import sigmoid, sigmoid_prime
from course_lib.checks import (
    expect,
    expect_between,
    expect_examples,
    expect_lengths,
)
from course_lib.datasets import TABLES
from course_lib.initializers import he
from course_lib.layers import Activation, Dense, Layer, Parameter
from course_lib.storage import read_arrays, write_arrays

__all__ = [
    "Network",
    "Summary",
    "SummaryRow",
    "digit_reader",
    "makes_probabilities",
    "mlp",
    "penalty",
    "summarise",
]


class Network:
    """The composition of its `layers`: the output of each is the input of the next.

    All weights and biases stand in one vector `theta`, all derivatives of the cost by them
    in one vector `grad`; the `parameters` of the layers are views into the two, named by
    the number of their layer: W1, b1, W2, b2. Whatever is assigned to `theta`, `grad` or a
    parameter is copied in, so that all three always agree.

    `dtype` is np.float64 or np.float32, in values and gradients. A layer belongs to one
    network only. Source: notebook 04 (forward) and 05 (backward).

    Raises TypeError for an argument that is not a Layer; ValueError for a layer or parameter that
    belongs to a network already, is not listed in `parameters`, or has the name of another.
    """

    def __init__(self, *layers, dtype=np.float64):
        names = _names_of_parameters(layers)
        if dtype not in (np.float32, np.float64):
            raise ValueError(f"Network: dtype is {dtype!r}, expected np.float64 or np.float32.")
        self.layers = layers
        self.dtype = np.dtype(dtype)
        self.parameters = tuple(parameter for layer in layers for parameter in layer.parameters)
        for part in (*layers, *self.parameters):
            part._in_a_network = True
        for parameter, name in zip(self.parameters, names, strict=True):
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
        empty batch, ShapeError for a shape that a layer cannot take.
        """
        A = expect_examples("Network", X, self.dtype)
        for layer in self.layers:
            A = layer.forward(A)
        return A.astype(self.dtype, copy=False)

    def backward(self, dZ):
        """∂J/∂X from dZ = ∂J/∂Z, with Z from the last `forward`; fills `grad` on the way."""
        dA = np.asarray(dZ, dtype=self.dtype)
        for layer in reversed(self.layers):
            dA = layer.backward(dA)
        return dA.astype(self.dtype, copy=False)

    @property
    def theta(self):
        return self._theta

    @theta.setter
    def theta(self, numbers):
        if numbers is not self._theta:
            self._theta[...] = self._one_per_weight("theta", numbers)

    @property
    def grad(self):
        return self._grad

    @grad.setter
    def grad(self, numbers):
        self._grad[...] = self._one_per_weight("grad", numbers)

    def _one_per_weight(self, name, numbers):
        return expect("Network", name, numbers, self._theta.shape, "one number per weight")

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
    weight_decay = expect_between("penalty", "weight_decay", weight_decay, 0, closed=True)
    W = net.theta * net.decays
    value = float(weight_decay / 2 * (W @ W))  # (5.8)
    return value, weight_decay * W  # (5.9)


def mlp(sizes, phi, phi_prime, *, rng, init=he, dtype=np.float64):
    """A multi-layer perceptron: Dense, φ, Dense, φ, …, Dense.

    Parameters
    ----------
    sizes : sequence of int
        The number of inputs, the units of each hidden layer, the number of outputs: (2, 4, 1)
        has one hidden layer. The outputs are logits, or real numbers: no φ follows them.
    phi, phi_prime : callables
        The activation of all hidden layers, and its derivative.
    rng : np.random.Generator
    init : callable
        The initialiser of all weights; biases start at zero.
    dtype : np.float64 or np.float32

    Returns
    -------
    Network

    Raises ValueError for fewer than two sizes, or one below 1. Source: notebook 06.
    """
    if not isinstance(sizes, tuple | list) or len(sizes) < 2:
        raise ValueError(
            f"mlp: sizes is {sizes!r}, expected at least two: the number of inputs, the units of "
            f"each hidden layer if any, and the number of outputs, such as (2, 4, 1)."
        )
    expect_lengths("mlp", "sizes", tuple(sizes))
    layers = []
    for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True):
        layers += [Dense(n_in, n_out, rng=rng, init=init), Activation(phi, phi_prime)]
    return Network(*layers[:-1], dtype=dtype)


def digit_reader():
    """The network 784-64-10 that reads handwritten digits, already trained.

    Its input is a picture of 28 by 28 pixels as one row, 0 for paper and 1 for ink, so X is
    (m, 784); then 64 sigmoids; its ten outputs are logits. tools/make_weights.py trained it, and
    data/README.md says how well it reads.

    Returns
    -------
    Network

    Source: notebooks 00 and 04.
    """
    net = mlp((784, 64, 10), sigmoid, sigmoid_prime, rng=np.random.default_rng(0),
              dtype=np.float32)  # fmt: skip
    net.load(TABLES / "digit_reader.npz")
    return net


@dataclass(frozen=True)
class SummaryRow:
    """One layer: its output's shape, its parameters, its multiplications, for one example."""

    layer: str
    output_shape: tuple
    parameters: int
    multiplications: int


class Summary:
    """A `SummaryRow` per layer in `rows`, and the totals `parameters` and `multiplications`.

    Only multiplications by a weight are counted. It prints as a table.
    """

    def __init__(self, input_shape, rows):
        self.input_shape = input_shape
        self.rows = rows
        self.output_shape = rows[-1].output_shape if rows else input_shape
        self.parameters = sum(row.parameters for row in rows)
        self.multiplications = sum(row.multiplications for row in rows)

    def __repr__(self):
        cells = [("layer", "output", "parameters", "multiplications")]
        cells += [("input", _batch(self.input_shape), "", "")]
        cells += [(r.layer, _batch(r.output_shape), *_counts(r)) for r in self.rows]
        cells += [("total", "", *_counts(self))]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [
            f"{layer:<{widths[0]}}  {output:<{widths[1]}}  {p:>{widths[2]}}  {n:>{widths[3]}}"
            for layer, output, p, n in cells
        ]
        return "\n".join(line.rstrip() for line in lines)


def summarise(layers, input_shape):
    """Shapes, parameters and multiplications of `layers`, for one example, without running them.

    Returns a `Summary`. Raises ValueError for an invalid `input_shape`, ShapeError for a shape
    that a layer cannot take. Source: notebook 04.
    """
    shape = expect_lengths("summary", "input_shape", input_shape)
    input_shape, rows = shape, []
    for layer in layers:
        products = layer.multiplications(shape)
        shape = layer.output_shape(shape)
        weights = sum(parameter.value.size for parameter in layer.parameters)
        rows.append(SummaryRow(repr(layer), shape, weights, products))
    return Summary(input_shape, rows)


def _counts(counted):
    return f"{counted.parameters:,}", f"{counted.multiplications:,}"


def _batch(shape):
    return f"({', '.join(['m', *map(str, shape)])})"


def makes_probabilities(net, X):
    """Return True if the outputs appear to be probabilities rather than logits.

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


def _names_of_parameters(layers):
    """Each parameter's name with the number of its layer, if these layers can form a network."""
    if not layers:
        raise ValueError("Network: no layers, expected at least one, as in Network(Dense(…)).")
    for layer in layers:
        if not isinstance(layer, Layer):
            raise TypeError(
                f"Network: {layer!r} is not a layer; expected layers, one after the other. "
                f"Try Network(Dense(…), Activation(…), Dense(…)), without a list."
            )
        _expect_listed(layer)
    parameters = [parameter for layer in layers for parameter in layer.parameters]
    for kind, parts in (("layer", layers), ("parameter", parameters)):
        for part in parts:
            if part._in_a_network or sum(part is other for other in parts) > 1:
                raise ValueError(
                    f"Network: {part} belongs to a network already, expected a {kind} of its own: "
                    f"weights have one home. Make a new {kind} for each place."
                )
    numbered = enumerate((layer for layer in layers if layer.parameters), start=1)
    names = [f"{p.name}{number}" for number, layer in numbered for p in layer.parameters]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(
                f"Network: two parameters would be called {name}, expected different names: "
                f"weights are saved and reported by name. Rename one, as in Parameter('V', …)."
            )
    return names


def _expect_listed(layer):
    """Raise an error for a parameter that would never be trained."""
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
