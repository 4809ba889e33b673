import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import LOSSES, activation, labels, outputs_of, two_layers
from sklearn.neural_network import MLPClassifier

from course_lib.activations import relu_prime, sigmoid, softmax
from course_lib.checks import ShapeError
from course_lib.datasets import one_hot
from course_lib.layers import Activation, Dense, Flatten, Layer, Parameter
from course_lib.losses import BINARY_CROSS_ENTROPY, MSE, SOFTMAX_CROSS_ENTROPY
from course_lib.network import Network, penalty
from course_lib.optimizers import SGD


def two_two_one(name, rng):
    return Network(Dense(2, 2, rng=rng), activation(name), Dense(2, 1, rng=rng))


def test_one_update_of_a_2_2_1_network_by_hand(rng):
    net = two_two_one("relu", rng)
    first, _, second = net.layers
    first.W.value, first.b.value = [[1, -1], [0.5, 1]], [0, -2]
    second.W.value, second.b.value = [[0.5], [3]], [1]
    X, Y = np.array([[1.0, 2.0]]), np.array([[1.0]])
    # z = (1·1 + 2·0.5 + 0, 1·(-1) + 2·1 - 2) = (2, -1); h = relu(z) = (2, 0)
    # o = 2·0.5 + 0·3 + 1 = 2; J = (2 - 1)² = 1
    output = net.forward(X)
    assert output == 2 and MSE.value(output, Y) == 1
    # ∂J/∂o = 2 (2 - 1) = 2
    # ∂J/∂W2 = h · 2 = (4, 0); ∂J/∂b2 = 2; ∂J/∂h = 2 · (0.5, 3) = (1, 6)
    # ∂J/∂z = (1, 6) ⊙ (1, 0) = (1, 0)
    # ∂J/∂W1 = xᵀ (1, 0) = [[1, 0], [2, 0]]; ∂J/∂b1 = (1, 0); ∂J/∂x = (1·1, 1·0.5)
    dX = net.backward(MSE.grad(output, Y))
    assert np.array_equal(dX, [[1, 0.5]])
    assert np.array_equal(net.grad, [1, 0, 2, 0, 1, 0, 4, 0, 2])
    # a step of 0.1: W1 = [[0.9, -1], [0.3, 1]], b1 = (-0.1, -2), W2 = (0.1, 3), b2 = 0.8
    SGD(net, lr=0.1).step()
    assert np.allclose(net.theta, [0.9, -1, 0.3, 1, -0.1, -2, 0.1, 3, 0.8], rtol=1e-15)
    # z1 = 0.9 + 2·0.3 - 0.1 = 1.4; o = 1.4·0.1 + 0.8 = 0.94; J = 0.06² = 0.0036
    assert np.isclose(MSE.value(net.forward(X), Y), 0.0036)


def test_the_sigmoid_network_of_the_syllabus(rng):
    net = Network(
        Dense(2, 2, rng=rng), activation("sigmoid"), Dense(2, 1, rng=rng), activation("sigmoid")
    )
    for parameter in net.parameters:
        parameter.value = np.full(parameter.value.shape, float(parameter.decays))
    output = net.forward([[-2, -1]])
    assert np.isclose(output[0, 0], 0.5236951740839997, rtol=1e-14)
    net.backward(MSE.grad(output, [[1]]))
    assert np.isclose(net.parameters[0].grad[0, 0], 0.021469535265811107, rtol=1e-13)


def test_theta_and_parameters_are_one_home(rng):
    net = two_layers(rng)
    W1, b1, W2, b2 = net.parameters
    assert [p.name for p in net.parameters] == ["W1", "b1", "W2", "b2"]
    assert net.theta.shape == (3 * 4 + 4 + 4 * 2 + 2,)
    assert np.array_equal(net.theta, np.concatenate([p.value.ravel() for p in net.parameters]))
    net.theta = np.arange(26)
    assert np.array_equal(W1.value, np.arange(12).reshape(3, 4)) and b2.value[-1] == 25
    W2.value = np.zeros((4, 2))
    assert not net.theta[16:24].any() and net.theta[24] == 24
    net.theta -= 1
    assert b1.value[0] == 11
    net.grad = np.ones(26)
    b1.grad = np.zeros(4)
    assert net.grad.sum() == 22
    for parameter in net.parameters:
        assert np.shares_memory(parameter.value, net.theta)
        assert np.shares_memory(parameter.grad, net.grad)


def test_what_is_assigned_is_copied(rng):
    net, numbers = two_layers(rng), np.ones(26)
    net.theta = net.grad = numbers
    numbers[:] = 0
    assert (net.theta == 1).all() and (net.grad == 1).all()
    for attribute in ("theta", "grad"):
        with pytest.raises(ShapeError, match=rf"{attribute} has shape \(3,\), expected \(26,\)"):
            setattr(net, attribute, np.ones(3))
        with pytest.raises(ShapeError):
            setattr(net, attribute, 0.0)


def test_packing_keeps_the_weights_that_a_layer_had(rng):
    layer = Dense(3, 2, rng=rng)
    W = layer.W.value.copy()
    Network(layer)
    assert np.array_equal(layer.W.value, W)


@given(st.tuples(*[st.integers(1, 5)] * 4, st.integers(0, 10**6)))
def test_forward_and_backward_are_the_layers_one_after_the_other(size):
    m, n, hidden, k, seed = size
    rng = np.random.default_rng(seed)
    net, X = two_layers(rng, n, hidden, k, "sigmoid"), rng.normal(size=(m, n))
    W1, b1, W2, b2 = (p.value for p in net.parameters)
    A = sigmoid(X @ W1 + b1)
    assert np.allclose(net.forward(X), A @ W2 + b2)
    dZ = rng.normal(size=(m, k))
    delta = dZ @ W2.T * A * (1 - A)
    assert np.allclose(net.backward(dZ), delta @ W1.T)
    gradients = [X.T @ delta, delta.sum(0), A.T @ dZ, dZ.sum(0)]
    assert np.allclose(net.grad, np.concatenate([g.ravel() for g in gradients]))


OURS = {"logistic": "sigmoid", "tanh": "tanh", "relu": "relu", "identity": "identity"}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("theirs", OURS)
@pytest.mark.parametrize("classes", [2, 3])
def test_scikit_learns_network_with_our_weights(theirs, classes, rng):
    """The gradient of MLPClassifier is what one plain step of length 1 moves its weights by."""
    X, y = rng.normal(size=(12, 4)), np.arange(12) % classes
    k, loss = (1, BINARY_CROSS_ENTROPY) if classes == 2 else (classes, SOFTMAX_CROSS_ENTROPY)
    Y = y[:, None] if k == 1 else one_hot(y, k)
    net = Network(
        Dense(4, 5, rng=rng), activation(OURS[theirs]), Dense(5, 3, rng=rng),
        activation(OURS[theirs]), Dense(3, k, rng=rng),
    )  # fmt: skip
    net.theta += 0.1 * rng.normal(size=net.theta.shape)
    model = MLPClassifier(
        (5, 3), activation=theirs, solver="sgd", learning_rate_init=1.0, momentum=0.0,
        nesterovs_momentum=False, alpha=0.0, batch_size=12, shuffle=False,
    )  # fmt: skip
    model.partial_fit(X, y, classes=np.arange(classes))
    for layer, W, b in zip(net.layers[::2], model.coefs_, model.intercepts_, strict=True):
        W[...], b[...] = layer.W.value, layer.b.value
    Z = net.forward(X)
    P = softmax(Z) if k > 1 else np.hstack([sigmoid(-Z), sigmoid(Z)])
    assert np.allclose(model.predict_proba(X), P, rtol=1e-12)
    net.backward(loss.grad(Z, Y))
    model.partial_fit(X, y)
    for layer, W, b in zip(net.layers[::2], model.coefs_, model.intercepts_, strict=True):
        assert np.allclose(layer.W.value - W, layer.W.grad, rtol=1e-9, atol=1e-13)
        assert np.allclose(layer.b.value - b, layer.b.grad, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_float32_is_kept_throughout(loss, rng):
    net = two_layers(rng, k=outputs_of(loss, 2), dtype=np.float32)
    Y = labels(loss, 5, 2, rng)
    Z = net.forward(rng.normal(size=(5, 3)))
    dZ = loss.grad(Z, Y)
    dX = net.backward(dZ.astype(np.float64))
    assert {a.dtype for a in (Z, dZ, dX, net.theta, net.grad)} == {np.dtype(np.float32)}
    assert all(p.value.dtype == p.grad.dtype == np.float32 for p in net.parameters)


def test_arguments_stay_as_they_were(rng):
    net, X = two_layers(rng), rng.normal(size=(5, 3))
    kept, theta = X.copy(), net.theta.copy()
    Z = net.forward(X)
    dZ = np.ones_like(Z)
    net.backward(dZ)
    assert np.array_equal(X, kept) and (dZ == 1).all() and np.array_equal(net.theta, theta)


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda n: pickle.loads(pickle.dumps(n))]
)
def test_copies_have_a_home_of_their_own(duplicate, rng):
    net = two_layers(rng)
    twin = duplicate(net)
    assert np.array_equal(twin.theta, net.theta) and repr(twin) == repr(net)
    assert [p.name for p in twin.parameters] == ["W1", "b1", "W2", "b2"]
    twin.theta = np.zeros(26)
    assert not twin.layers[0].W.value.any() and net.theta.any()
    net.layers[0].W.value = np.ones((3, 4))
    assert (net.theta[:12] == 1).all() and not twin.theta.any()


def test_one_layer_has_one_home(rng):
    layer = Dense(2, 2, rng=rng)
    with pytest.raises(ValueError, match=r"Dense\(2, 2\) belongs to a network already"):
        Network(layer, layer)
    Network(layer)
    with pytest.raises(ValueError, match="Make a new layer for each place"):
        Network(layer)
    shared = activation("tanh")
    Network(shared)
    with pytest.raises(ValueError, match="belongs to a network already"):
        Network(Dense(2, 2, rng=rng), shared)


def test_a_refused_network_leaves_its_layers_free(rng):
    layer = Dense(2, 2, rng=rng)
    for wrong in ([layer, "tanh"], [layer, layer]):
        with pytest.raises((TypeError, ValueError)):
            Network(*wrong)
    assert Network(layer).parameters[0].name == "W1"


def test_bad_networks_get_a_sentence(rng):
    with pytest.raises(ValueError, match="no layers, expected"):
        Network()
    with pytest.raises(TypeError, match="without a list"):
        Network([Dense(2, 2, rng=rng)])
    with pytest.raises(TypeError, match="expected layers"):
        Network(Dense)
    with pytest.raises(ValueError, match="expected np.float64 or np.float32"):
        Network(Dense(2, 2, rng=rng), dtype=int)


def test_bad_batches_get_a_sentence(rng):
    net = two_layers(rng)
    with pytest.raises(ValueError, match="Network: X has 1 entry that is NaN .*incomplete"):
        net.forward([[1, 2, np.nan]])
    with pytest.raises(ValueError, match="X is empty"):
        net.forward(np.ones((0, 3)))
    with pytest.raises(ValueError, match="X holds text"):
        net.forward([["1", "2", "3"]])
    with pytest.raises(ShapeError, match=r"X has shape \(3,\), expected \(m, 3\).*X\[None, :\]"):
        net.forward([1, 2, 3])
    with pytest.raises(RuntimeError, match="backward was called before forward"):
        two_layers(rng).backward(np.ones((1, 2)))
    net.forward(np.ones((4, 3)))
    with pytest.raises(ShapeError, match=r"W2: grad has shape \(4, 3\), expected \(4, 2\)"):
        net.backward(np.ones((4, 3)))


def test_a_network_without_parameters():
    net = Network(Flatten())
    assert net.theta.shape == (0,) and net.forward(np.ones((2, 3, 4))).shape == (2, 12)


@pytest.mark.parametrize("weight_decay", [0, 0.1, 2.0])
def test_the_penalty_is_on_weights_alone(weight_decay, rng):
    net = two_layers(rng)
    net.theta = rng.normal(size=26)
    W1, b1, W2, b2 = (p.value for p in net.parameters)
    value, gradient = penalty(net, weight_decay)
    assert np.isclose(value, weight_decay / 2 * ((W1**2).sum() + (W2**2).sum()))
    expected = [weight_decay * W1, 0 * b1, weight_decay * W2, 0 * b2]
    assert np.allclose(gradient, np.concatenate([e.ravel() for e in expected]))


@pytest.mark.parametrize("weight_decay", [-1, np.nan, np.inf, "a", [1.0]])
def test_a_penalty_is_a_number_from_0(weight_decay, rng):
    with pytest.raises(ValueError, match="penalty: weight_decay is .*at least 0"):
        penalty(two_layers(rng), weight_decay)


# --- layers of one's own, and what may go wrong with them


class Own(Layer):
    def __init__(self, *parameters):
        self.parameters = parameters

    def forward(self, X):
        return X

    def backward(self, dZ):
        return dZ


def test_names_are_unique():
    with pytest.raises(ValueError, match="two parameters would be called W1.*saved and reported"):
        Network(Own(Parameter("W", [1.0], decays=True), Parameter("W", [2.0], decays=True)))
    ten = [Own(Parameter(f"V{i}", [1.0], decays=True)) for i in range(9)]
    first = Own(Parameter("W1", [1.0], decays=True))
    with pytest.raises(ValueError, match="called W11"):
        Network(first, *ten, Own(Parameter("W", [1.0], decays=True)))


def test_a_parameter_has_one_home(rng):
    shared = Parameter("W", [1.0], decays=True)
    with pytest.raises(ValueError, match="Parameter W of shape .* a parameter of its own"):
        Network(Own(shared), Own(shared))
    Network(Own(shared))
    with pytest.raises(ValueError, match="belongs to a network already"):
        Network(Own(shared))


def test_a_parameter_that_is_not_listed_is_noticed():
    class Forgets(Own):
        def __init__(self):
            self.W = Parameter("W", [1.0], decays=True)

    with pytest.raises(ValueError, match=r"Forgets\(\).W is not among its `parameters`"):
        Network(Forgets())
    listed = Own()
    listed.parameters = Parameter("W", [1.0], decays=True)
    with pytest.raises(TypeError, match="expected a tuple of Parameters"):
        Network(listed)


def test_a_forgotten_return_is_guessed(rng):
    class Silent(Own):
        def forward(self, X):
            pass

    with pytest.raises(ValueError, match="Dense: X is None, .* Is a `return` missing?"):
        Network(Silent(), Dense(2, 2, rng=rng)).forward(np.ones((2, 2)))


def test_a_refused_network_renames_nothing(rng):
    layer = Dense(2, 2, rng=rng)
    with pytest.raises(TypeError):
        Network(layer, "tanh")
    assert layer.W.name == "W"


def test_what_is_done_to_the_input_afterwards_does_no_harm(rng):
    net, X = two_layers(rng), rng.normal(size=(4, 3))
    dZ = np.ones_like(net.forward(X))
    net.backward(dZ)
    grad = net.grad.copy()
    net.forward(X)
    X *= 0
    net.backward(dZ)
    assert np.array_equal(net.grad, grad)


def test_an_activation_in_place_does_not_reach_the_caller():
    def in_place(z):
        z[z < 0] = 0
        return z

    X = np.array([[-1.0, 2.0]])
    Network(Activation(in_place, relu_prime)).forward(X)
    assert X[0, 0] == -1


def test_float32_survives_functions_that_widen():
    root = Activation(lambda z: z * np.sqrt(np.float64(2)), lambda z: np.where(z > 0, 1.0, 0.0))
    net = Network(root, dtype=np.float32)
    assert net.forward([[1, 2]]).dtype == net.backward([[1, 2]]).dtype == np.float32


def test_a_pickle_does_not_carry_the_last_batch(rng):
    net = two_layers(rng)
    before = len(pickle.dumps(net))
    net.forward(rng.normal(size=(1000, 3)))
    assert len(pickle.dumps(net)) == before


@pytest.mark.parametrize("numbers", [["a"] * 26, [None] * 26, [1j] * 26, [[1], [1, 2]]])
def test_weights_are_numbers(numbers, rng):
    net = two_layers(rng)
    for attribute in ("theta", "grad"):
        with pytest.raises(ValueError, match=f"Network: {attribute}"):
            setattr(net, attribute, numbers)
    with pytest.raises(ValueError, match="b2: value"):
        net.parameters[3].value = numbers


def test_equal_layers_are_still_two_layers():
    class Equal(Own):
        def __eq__(self, other):
            return True

        __hash__ = None

    assert len(Network(Equal(), Equal()).layers) == 2
