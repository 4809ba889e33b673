"""By hand, on two weights; twenty steps beside PyTorch's are in test_golden.py."""

import copy

import numpy as np
import pytest
from networks import two_layers

from course_lib.layers import Dense
from course_lib.network import Network
from course_lib.optimizers import SGD, Adam

BOTH = [lambda net, **more: SGD(net, lr=0.1, **more), lambda net, **more: Adam(net, **more)]


@pytest.fixture
def line(rng):
    """One weight and one bias, both 2, and their gradients."""
    net = Network(Dense(1, 1, rng=rng))
    net.theta, net.grad = [2.0, 2.0], [1.0, -4.0]
    return net


def test_plain_descent_by_hand(line):
    SGD(line, lr=0.1).step()
    assert np.allclose(line.theta, [2 - 0.1, 2 + 0.4])


def test_momentum_by_hand(line):
    sgd = SGD(line, lr=0.1, momentum=0.5)
    sgd.step()  # v = (1, -4)
    line.grad = [3.0, 0.0]
    sgd.step()  # v = 0.5 (1, -4) + (3, 0) = (3.5, -2)
    assert np.allclose(line.theta, [2 - 0.1 - 0.35, 2 + 0.4 + 0.2])


def test_decay_by_hand(line):
    SGD(line, lr=0.1, weight_decay=0.5).step()
    # the weight's gradient is 1 + 0.5 · 2 = 2; the bias has no part in it
    assert np.allclose(line.theta, [2 - 0.2, 2 + 0.4])


def test_adam_by_hand(line):
    adam = Adam(line, lr=0.1, beta1=0.5, beta2=0.75, eps=1.0)
    adam.step()
    # m = 0.5 (1, -4), m̂ = (1, -4); v = 0.25 (1, 16), v̂ = (1, 16): 0.1 · 1/(1+1), 0.1 · -4/(4+1)
    assert np.allclose(line.theta, [2 - 0.05, 2 + 0.08])
    line.grad = [3.0, 0.0]
    adam.step()
    # m = (0.25 + 1.5, -1), m̂ = m / 0.75; v = (0.1875 + 2.25, 3), v̂ = v / 0.4375
    m_hat = np.array([1.75, -1]) / 0.75
    v_hat = np.array([2.4375, 3]) / 0.4375
    assert np.allclose(line.theta, [1.95, 2.08] - 0.1 * m_hat / (np.sqrt(v_hat) + 1))


def test_adams_first_step_has_the_length_lr(line):
    Adam(line, lr=0.01).step()
    assert np.allclose(line.theta, [2 - 0.01, 2 + 0.01])


@pytest.mark.parametrize("make", BOTH)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
def test_a_step_changes_theta_alone_and_keeps_its_type(make, dtype, weight_decay, rng):
    net = two_layers(rng, dtype=dtype)
    net.grad = rng.normal(size=26)
    before, kept = net.theta.copy(), net.grad.copy()
    optimizer = make(net, weight_decay=weight_decay)
    for _ in range(3):
        optimizer.step()
    assert np.array_equal(net.grad, kept)
    assert (net.theta != before).all() and net.theta.dtype == net.grad.dtype == dtype
    assert np.shares_memory(net.layers[0].W.value, net.theta)
    assert all(a.dtype == dtype for a in vars(optimizer).values() if isinstance(a, np.ndarray))


@pytest.mark.parametrize("make", BOTH)
def test_the_step_may_be_changed_on_the_way(make, line):
    optimizer = make(line)
    optimizer.lr = 1e-12
    optimizer.step()
    assert np.allclose(line.theta, 2, atol=1e-10, rtol=0)


@pytest.mark.parametrize("make", BOTH)
def test_a_copy_of_both_goes_its_own_way(make, rng):
    net = two_layers(rng)
    net.grad = np.ones(26)
    optimizer = make(net)
    twin, twins_optimizer = copy.deepcopy((net, optimizer))
    twins_optimizer.step()
    assert twins_optimizer.net is twin and (twin.theta < net.theta).all()


@pytest.mark.parametrize(
    ("kind", "settings", "words"),
    [
        (SGD, {"lr": 0}, "SGD: lr is 0, expected a number above 0."),
        (SGD, {"lr": -1}, "lr is -1"),
        (SGD, {"lr": np.nan}, "lr is nan"),
        (SGD, {"lr": "0.1"}, "lr is '0.1'"),
        (SGD, {"lr": 1, "momentum": 1}, "momentum is 1, expected .* at least 0 and below 1"),
        (SGD, {"lr": 1, "weight_decay": -1}, "weight_decay is -1"),
        (Adam, {"lr": np.inf}, "Adam: lr is inf"),
        (Adam, {"beta1": 1.0}, "beta1 is 1.0"),
        (Adam, {"beta2": -0.1}, "beta2 is -0.1"),
        (Adam, {"eps": 0}, "eps is 0"),
        (Adam, {"weight_decay": None}, "weight_decay is None"),
    ],
)
def test_settings_out_of_range_get_a_sentence(kind, settings, words, line):
    with pytest.raises(ValueError, match=words):
        kind(line, **settings)


@pytest.mark.parametrize("make", BOTH)
def test_what_is_no_network_gets_a_sentence(make):
    with pytest.raises(TypeError, match="net is ndarray, expected the Network"):
        make(np.ones(3))


def test_they_print_their_settings(line):
    assert repr(SGD(line, lr=0.1)) == "SGD(lr=0.1, momentum=0.0, weight_decay=0.0)"
    assert repr(Adam(line)).startswith("Adam(lr=0.001, beta1=0.9, beta2=0.999")
