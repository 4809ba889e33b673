from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import SLOPED, activation

from course_lib.activations import tanh
from course_lib.checks import ShapeError
from course_lib.gradcheck import numerical_gradient
from course_lib.initializers import small_normal, xavier, zeros
from course_lib.layers import Activation, Dense, Flatten, Layer, Parameter
from course_lib.network import Network

sizes = st.tuples(*[st.integers(1, 5)] * 3, st.integers(0, 10**6))


def layers_and_inputs(m, n, k, rng):
    yield Dense(n, k, rng=rng), rng.normal(size=(m, n))
    yield Flatten(), rng.normal(size=(m, n, k, 2))
    for name in SLOPED:
        yield activation(name), rng.normal(size=(m, n))


def test_dense_by_hand(rng):
    layer = Dense(2, 3, rng=rng)
    layer.W.value = [[1, 2, 3], [4, 5, 6]]
    layer.b.value = [10, 20, 30]
    # (1, -1): 1 - 4 + 10 = 7, 2 - 5 + 20 = 17, 3 - 6 + 30 = 27; (0, 2): 18, 30, 42
    assert np.array_equal(layer.forward([[1, -1], [0, 2]]), [[7, 17, 27], [18, 30, 42]])
    # dX: (1, 0, -1) by the rows of W: 1 - 3 = -2, 4 - 6 = -2; (0, 1, 0): 2, 5
    assert np.array_equal(layer.backward(np.array([[1, 0, -1], [0, 1, 0]])), [[-2, -2], [2, 5]])
    # dW = Xᵀ dZ: first row 1·(1, 0, -1) + 0·(0, 1, 0); second -1·(1, 0, -1) + 2·(0, 1, 0)
    assert np.array_equal(layer.W.grad, [[1, 0, -1], [-1, 2, 1]])
    assert np.array_equal(layer.b.grad, [1, 1, -1])


@given(sizes)
def test_every_layer_agrees_with_finite_differences(size):
    m, n, k, seed = size
    rng = np.random.default_rng(seed)
    for layer, X in layers_and_inputs(m, n, k, rng):
        dZ = rng.normal(size=layer.forward(X).shape)

        def J(X, layer=layer, dZ=dZ):
            return (layer.forward(X) * dZ).sum()

        dX = layer.backward(dZ)
        assert np.allclose(dX, numerical_gradient(J, X), atol=1e-7), layer
        for parameter in layer.parameters:
            start = parameter.value.copy()

            def J_of(value, layer=layer, X=X, dZ=dZ, parameter=parameter):
                parameter.value = value
                return (layer.forward(X) * dZ).sum()

            assert np.allclose(parameter.grad, numerical_gradient(J_of, start), atol=1e-7)


@given(sizes)
def test_no_layer_changes_an_argument_or_gives_out_a_buffer(size):
    m, n, k, seed = size
    rng = np.random.default_rng(seed)
    for layer, X in layers_and_inputs(m, n, k, rng):
        kept = X.copy()
        Z = layer.forward(X)
        dZ = rng.normal(size=Z.shape)
        kept_Z, kept_dZ = Z.copy(), dZ.copy()
        dX = layer.backward(dZ)
        kept_dX = dX.copy()
        layer.forward(X + 1)
        layer.backward(dZ + 1)
        for now, before in [(X, kept), (dZ, kept_dZ), (Z, kept_Z), (dX, kept_dX)]:
            assert np.array_equal(now, before), layer


def test_gradients_are_assigned_not_added(rng):
    layer, X, dZ = Dense(3, 2, rng=rng), rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
    layer.forward(X)
    layer.backward(dZ)
    once = layer.W.grad.copy(), layer.b.grad.copy()
    layer.backward(dZ)
    assert np.array_equal(layer.W.grad, once[0]) and np.array_equal(layer.b.grad, once[1])


@pytest.mark.parametrize("name", SLOPED)
def test_float32_is_kept_by_activations_and_flatten(name, rng):
    X = rng.normal(size=(3, 4)).astype(np.float32)
    for layer in (activation(name), Flatten()):
        assert layer.forward(X).dtype == np.float32
        assert layer.backward(X).dtype == np.float32


@pytest.mark.parametrize("init", [zeros, small_normal, xavier])
def test_dense_asks_its_initialiser(init):
    first, second = (Dense(4, 3, rng=np.random.default_rng(1), init=init) for _ in range(2))
    assert np.array_equal(first.W.value, init((4, 3), rng=np.random.default_rng(1)))
    assert np.array_equal(first.W.value, second.W.value)
    assert not first.b.value.any()


def test_parameters_of_dense(rng):
    layer = Dense(4, 3, rng=rng)
    assert [p.name for p in layer.parameters] == ["W", "b"]
    assert [p.decays for p in layer.parameters] == [True, False]
    assert repr(layer.W) == "Parameter W of shape (4, 3)" and repr(layer) == "Dense(4, 3)"
    assert not layer.W.grad.any()


def test_assigning_to_a_parameter_copies(rng):
    source = np.ones((2, 2))
    parameter = Parameter("W", source, decays=True)
    assert not np.shares_memory(parameter.value, source)
    numbers = np.full((2, 2), 7.0)
    parameter.value = parameter.grad = numbers
    numbers[:] = 0
    assert (parameter.value == 7).all() and (parameter.grad == 7).all()
    parameter.grad += 1
    assert (parameter.grad == 8).all() and (parameter.value == 7).all()


@pytest.mark.parametrize("attribute", ["value", "grad"])
@pytest.mark.parametrize("numbers", [3.0, [1.0, 2.0], [[1.0, 2.0]], np.ones((2, 3))])
def test_a_parameter_keeps_its_shape(attribute, numbers):
    parameter = Parameter("W", np.ones((3, 2)), decays=True)
    with pytest.raises(ShapeError, match=rf"W: {attribute} has shape .*expected \(3, 2\)"):
        setattr(parameter, attribute, numbers)
    assert (parameter.value == 1).all()


def test_a_batch_of_columns_is_explained(rng):
    with pytest.raises(ShapeError) as error:
        Dense(2, 3, rng=rng).forward(np.ones((2, 4)))
    assert str(error.value) == (
        "Dense: X has shape (2, 4), expected (m, 2): one example per row. Did you mean X.T?"
    )


@pytest.mark.parametrize(
    "layer", [Dense(3, 2, rng=np.random.default_rng(0)), Flatten(), activation("tanh")]
)
def test_backward_needs_a_forward_pass(layer):
    with pytest.raises(RuntimeError, match="before forward.*Call forward on the same batch"):
        layer.backward(np.ones((4, 2)))


def test_gradients_of_another_shape_are_refused(rng):
    dense = Dense(3, 2, rng=rng)
    dense.forward(np.ones((4, 3)))
    with pytest.raises(ShapeError, match=r"W: grad has shape \(3, 1\), expected \(3, 2\)"):
        dense.backward(np.ones((4, 1)))
    for layer, X in [(Flatten(), np.ones((4, 3, 2))), (activation("tanh"), np.ones((4, 3)))]:
        layer.forward(X)
        with pytest.raises(ShapeError, match=r"has shape \(4, 1\), expected \(4, "):
            layer.backward(np.ones((4, 1)))


@pytest.mark.parametrize(
    ("n_in", "n_out", "name"), [(0, 2, "n_in"), (2, 1.5, "n_out"), (True, 2, "n_in")]
)
def test_sizes_are_whole_numbers(n_in, n_out, name, rng):
    with pytest.raises(ValueError, match=f"Dense: {name} is .*whole number of at least 1"):
        Dense(n_in, n_out, rng=rng)


def test_dense_refuses_what_it_cannot_use(rng):
    with pytest.raises(TypeError, match="rng is 3"):
        Dense(2, 2, rng=3)
    with pytest.raises(ShapeError, match="what init has to return"):
        Dense(2, 3, rng=rng, init=lambda shape, *, rng: np.ones(shape[::-1]))
    with pytest.raises(ValueError, match="holds text"):
        Dense(2, 2, rng=rng).forward([["a", "b"]])
    with pytest.raises(ShapeError, match="it is empty"):
        Dense(2, 2, rng=rng).forward(np.ones((0, 2)))


def test_an_activation_is_two_functions():
    with pytest.raises(TypeError, match="phi_prime is 1.*Activation\\(tanh, tanh_prime\\)"):
        Activation(tanh, 1)
    assert repr(activation("relu")) == "Activation(relu)"


def test_the_slope_has_the_shape_of_z(rng):
    layer = Activation(tanh, np.sum)
    layer.forward([[1.0, 2.0]])
    with pytest.raises(ShapeError, match=r"phi_prime has shape \(\), expected \(1, 2\).*entry by"):
        layer.backward([[1.0, 2.0]])
    net = Network(Activation(np.sum, tanh), Dense(2, 1, rng=rng))
    with pytest.raises(ShapeError, match=r"Dense: X has shape \(\), expected \(m, 2\)"):
        net.forward([[1.0, 2.0]])


def test_a_function_without_a_name_is_called_by_its_type():
    assert repr(Activation(partial(np.multiply, 2), tanh)) == "Activation(partial)"


def test_an_initialiser_is_a_function_of_numbers(rng):
    with pytest.raises(TypeError, match="init is 'he', expected a function"):
        Dense(2, 2, rng=rng, init="he")
    with pytest.raises(ValueError, match="W has 4 entries that are NaN"):
        Dense(2, 2, rng=rng, init=lambda shape, *, rng: np.full(shape, np.nan))


def test_flatten_goes_row_by_row():
    assert np.array_equal(Flatten().forward([[[1, 2], [3, 4]]]), [[1, 2, 3, 4]])
    assert Flatten().forward(np.ones((2, 0, 3))).shape == (2, 0)


def test_shapes_and_products_are_known_without_running(rng):
    dense = Dense(6, 2, rng=rng)
    assert dense.output_shape((6,)) == (2,) and dense.multiplications((6,)) == 12
    assert Flatten().output_shape((2, 3)) == (6,) and Flatten().multiplications((2, 3)) == 0
    assert activation("relu").output_shape((2, 3)) == (2, 3)
    with pytest.raises(ShapeError, match=r"an example has shape \(2, 3\), expected \(6,\)"):
        dense.output_shape((2, 3))


def test_a_layer_of_ones_own_needs_two_methods():
    class Twice(Layer):
        def forward(self, X):
            self._cache = X
            return 2 * X

        def backward(self, dZ):
            self._recall()
            return 2 * dZ

    assert repr(Twice()) == "Twice()" and Twice().output_shape((3,)) == (3,)
    with pytest.raises(RuntimeError, match="Twice"):
        Twice().backward(1.0)
    for method in ("forward", "backward"):
        with pytest.raises(NotImplementedError, match=f"write {method}"):
            getattr(Layer(), method)(1.0)
